using System.Buffers.Text;
using System.Text;

namespace Sluice.Server.Management.Intake;

/// <summary>Which part of a list is asked for: newest first, after the last entry of the page before.</summary>
/// <param name="Limit">Entries wanted, 1–100.</param>
/// <param name="After">The last entry's place, or <see langword="null"/> for the first page.</param>
internal sealed record PageQuery(int Limit, string? After)
{
    public const int LimitDefault = 20;
    public const int LimitMax = 100;

    public static readonly IReadOnlyList<Operations.QueryParameter> Parameters =
    [
        new("limit", "Entries of a page, 1–100; 20 where left out."),
        new("cursor", "The `nextCursor` of the page before; the first page where left out."),
    ];

    /// <summary>Reads <c>limit</c> and <c>cursor</c>. A cursor is nothing but a place in the order: it opens nothing that the caller could not list.</summary>
    public static PageQuery From(QueryFields query, Func<string, bool> isPlace)
    {
        var limit = query.Whole("limit", 1, LimitMax) ?? LimitDefault;
        if (query.Text("cursor", 200) is not { } cursor)
            return new PageQuery(limit, null);
        if (Decode(cursor) is { } place && isPlace(place))
            return new PageQuery(limit, place);
        query.Refuse("cursor", "'cursor' must be the nextCursor of an earlier answer, unchanged.");
        return new PageQuery(limit, null);
    }

    public static string Cursor(string place) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(place));

    private static string? Decode(string cursor)
    {
        if (!Base64Url.IsValid(cursor))
            return null;
        var place = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return Cursor(place) == cursor ? place : null;
    }
}
