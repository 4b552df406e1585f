using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

internal static class ListKeys
{
    public static readonly Operation Operation = new()
    {
        Name = "listKeys",
        Method = "GET",
        Path = "/keys",
        Permission = Permissions.KeysRead,
        Summary = "List keys, newest first",
        Query =
        [
            .. PageQuery.Parameters,
            new("projectId", "Keys of this project only."),
            new("kind", "Keys of this kind only.", KeyKinds.Test, KeyKinds.Production),
            new("status", "Keys with this status only.", KeyStatuses.Active, KeyStatuses.Disabled, KeyStatuses.Expired, KeyStatuses.Revoked),
            new("name", "Keys whose name contains this text, taken literally."),
        ],
        Answer = typeof(Page<KeyAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Key, place));
        var projectId = call.Query.Text("projectId", 64);
        var kind = call.Query.OneOf("kind", KeyKinds.Test, KeyKinds.Production);
        var status = call.Query.OneOf("status", KeyStatuses.Active, KeyStatuses.Disabled, KeyStatuses.Expired, KeyStatuses.Revoked);
        var name = call.Query.Text("name", KeyFields.NameCharsMax);
        if (call.Refused() is { } refusal)
            return refusal;

        var keys = call.Data.Keys;
        if (page.After is { } after)
            keys = keys.Where(k => string.Compare(k.Id, after) < 0);
        if (projectId is not null)
            keys = keys.Where(k => k.ProjectId == projectId);
        if (kind is not null)
            keys = keys.Where(k => k.Kind == kind);
        if (status is not null)
            keys = keys.With(status, call.NowMs);
        if (name is not null)
        {
            var lower = name.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL, which has its own lower(); Contains there takes % and _ literally.
            keys = keys.Where(k => k.Name.Contains(name) || k.Name.ToLower().Contains(lower));
#pragma warning restore CA1304, CA1311, CA1862
        }

        var rows = await keys.OrderByDescending(k => k.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        var shown = rows.Take(page.Limit).ToList();
        return new Answer(new Page<KeyAnswer>
        {
            Data = await KeyView.OfAsync(call, shown),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(shown[^1].Id) : null,
        });
    }
}
