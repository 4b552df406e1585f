using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class ListPeople
{
    public static readonly Operation Operation = new()
    {
        Name = "listPeople",
        Method = "GET",
        Path = "/people",
        Permission = Permissions.InstallationPeople,
        Summary = "List the people of this installation, newest first",
        Query =
        [
            .. PageQuery.Parameters,
            new("email", "People whose address contains this text, taken literally."),
            new("status", "People with this status only.", PersonStatuses.Active, PersonStatuses.Unconfirmed, PersonStatuses.Suspended, PersonStatuses.Deleted),
        ],
        Answer = typeof(Page<PersonAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Account, place));
        var email = call.Query.Text("email", EmailAddress.CharsMax);
        var status = call.Query.OneOf("status", PersonStatuses.Active, PersonStatuses.Unconfirmed, PersonStatuses.Suspended, PersonStatuses.Deleted);
        if (call.Refused() is { } refusal)
            return refusal;

        var people = call.Installation.Accounts;
        if (page.After is { } after)
            people = people.Where(a => string.Compare(a.Id, after) < 0);
        if (email is not null)
        {
            var upper = email.ToUpperInvariant();
            people = people.Where(a => a.NormalizedEmail!.Contains(upper));
        }

        people = status switch
        {
            PersonStatuses.Active => people.Where(a => a.SuspendedAtMs == null && a.EmailConfirmed),
            PersonStatuses.Unconfirmed => people.Where(a => a.SuspendedAtMs == null && !a.EmailConfirmed),
            PersonStatuses.Suspended => people.Where(a => a.SuspendedAtMs != null && a.SuspendedReason != AccountRemains.DeletedReason),
            PersonStatuses.Deleted => people.Where(a => a.SuspendedAtMs != null && a.SuspendedReason == AccountRemains.DeletedReason),
            _ => people,
        };
        var rows = await people.OrderByDescending(a => a.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        var shown = rows.Take(page.Limit).ToList();
        return new Answer(new Page<PersonAnswer>
        {
            Data = await PersonView.OfAsync(call, shown),
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(shown[^1].Id) : null,
        });
    }
}
