using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Organisations;

internal static class UpdateOrganisation
{
    private const int DaysMax = 366;
    private const int ReviewDaysMin = 7;

    public static readonly Operation Operation = new()
    {
        Name = "updateOrganisation",
        Method = "PATCH",
        Path = "/organisation",
        Permission = Permissions.OrganisationWrite,
        Summary = "Change the organisation that the call acts in",
        Description = "Members left out stay as they are. Calls a day are counted by days of the organisation's time zone: with a new one the count goes on from the day that it is there, in force on this node when the call returns.",
        Body = typeof(UpdateOrganisationBody),
        BodyExample = """{"name":"Example Ltd","timeZone":"Europe/Berlin","reviewEveryDays":90,"reviewDisableAfterDays":30}""",
        Answer = typeof(OrganisationAnswer),
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var body = call.Body;
        body.RefuseNull("name", "timeZone", "reviewEveryDays");
        var name = body.Text("name", OrganisationView.NameCharsMax);
        var zone = TimeZoneText.From(body, "timeZone");
        var every = (int?)body.Whole("reviewEveryDays", 0, DaysMax);
        if (every is > 0 and < ReviewDaysMin)
            body.Refuse("reviewEveryDays", ErrorCodes.InvalidValue, $"'reviewEveryDays' must be {ReviewDaysMin} to {DaysMax}, or 0 for no reviews.");
        var disableAfter = (int?)body.Whole("reviewDisableAfterDays", 1, DaysMax);
        if (call.Refused() is { } refusal)
            return refusal;
        var row = await call.Data.Organisations.SingleAsync(call.CancellationToken);
        if (call.OtherVersion(row.UpdatedAtMs) is { } other)
            return other;

        var changed = new List<(string, object?)>();
        if (name is not null && name != row.Name)
            changed.Add(("name", row.Name = name));
        if (zone is not null && zone != row.TimeZone)
        {
            changed.Add(("timeZone", row.TimeZone = zone));
            call.OrganisationChanged(row.Id);
        }

        if (every is { } days && days != row.ReviewEveryDays)
            changed.Add(("reviewEveryDays", row.ReviewEveryDays = days));
        if (body.Has("reviewDisableAfterDays") && disableAfter != row.ReviewDisableAfterDays)
            changed.Add(("reviewDisableAfterDays", row.ReviewDisableAfterDays = disableAfter));
        if (changed.Count == 0)
            return call.AsItWas(await OrganisationView.OfAsync(call, row));
        row.UpdatedAtMs = call.Touch(row.UpdatedAtMs);
        call.Audit("organisation.update", row.Id, [.. changed]);
        return new Answer(await OrganisationView.OfAsync(call, row), Version: row.UpdatedAtMs);
    }
}
