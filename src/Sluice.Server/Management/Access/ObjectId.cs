using System.Buffers;
using System.Buffers.Binary;

namespace Sluice.Server.Management.Access;

/// <summary>Ids of objects: a prefix that says the kind, and 26 characters that sort by time.</summary>
internal static class ObjectId
{
    public const string Key = "key";
    public const string Project = "prj";
    public const string Upstream = "ups";
    public const string Request = "req";
    public const string Organisation = "org";
    public const string Account = "acc";
    public const string Session = "ses";
    public const string Confirmation = "cnf";
    public const string Message = "msg";
    public const string Notification = "ntf";
    public const string Role = "rol";
    public const string Assignment = "asg";
    public const string Invitation = "inv";
    public const string Token = "mgt";
    public const string Document = "doc";
    public const string EnterpriseApplication = "ent";
    public const string Ticket = "tkt";
    public const string TicketMessage = "tkm";
    public const string QuotaApplication = "qap";
    public const string QuotaComment = "qcm";
    public const string QuotaGrant = "qgr";
    public const string Review = "rev";
    public const string ReviewItem = "rvi";
    public const string PlaygroundSession = "pgs";

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Digits = 26;
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");

    public static string New(string prefix, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        Span<char> text = stackalloc char[prefix.Length + 1 + Digits];
        prefix.CopyTo(text);
        text[prefix.Length] = '_';
        // 128 bits in 26 digits of 5: the first digit holds 3 bits, so that the text sorts as the number does.
        var number = new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        for (var i = text.Length - 1; i > prefix.Length; i--)
        {
            text[i] = Alphabet[(int)(number & 31)];
            number >>= 5;
        }

        return text.ToString();
    }

    /// <summary>Whether a text could be an id of this kind. Ids of other houses' making are taken too: only the form is looked at.</summary>
    public static bool Fits(string prefix, string text) =>
        text.Length > prefix.Length + 1 && text.Length <= 64 && text.StartsWith(prefix, StringComparison.Ordinal) && text[prefix.Length] is '_'
        && !text.AsSpan(prefix.Length + 1).ContainsAnyExcept(IdCharacters);
}
