using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Documents;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Enterprise;

internal static class ApplyForEnterprise
{
    public static readonly Operation Operation = new()
    {
        Name = "applyForEnterprise",
        Method = "POST",
        Path = "/enterprise-applications",
        Permission = Permissions.VerificationApply,
        Summary = "Apply for enterprise verification",
        Description = "A rejected, withdrawn or expired application is taken up again by naming it as `previousId` and sending what changes. A company that is verified can apply again before its time is over. "
            + "There can be one open application of an organisation.",
        Body = typeof(EnterpriseApplicationBody),
        BodyBytesMax = DocumentIntake.BodyBytesMax,
        BodyExample = """
            {"companyName":"示例科技有限公司","registrationScheme":"uscc","registrationNumber":"91350100M000100Y43","contactName":"Li Lei","contactEmail":"li.lei@company.example","contactPhone":"+8613800138000","licence":{"fileName":"licence.pdf","mediaType":"application/pdf","data":"JVBERi0xLjcK…"}}
            """,
        Answer = typeof(EnterpriseApplicationAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private sealed record Asked(EnterpriseFields Fields, DocumentRow? Licence, string? DocumentId, string? PreviousId);

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var body = call.Body;
        EnterpriseApplicationRow? previous = null;
        if (body.Text("previousId", 64) is { } previousId)
        {
            previous = await call.Data.EnterpriseApplications.SingleOrDefaultAsync(e => e.Id == previousId, call.CancellationToken);
            if (previous is null)
                body.Refuse("previousId", ErrorCodes.InvalidValue, "'previousId' is not the id of an application.");
        }

        var fields = EnterpriseFields.Read(body, previous);
        var file = DocumentIntake.Read(body, "licence");
        if (file is null && previous?.DocumentId is null && (!body.Has("licence") || body.IsNull("licence")))
            body.Refuse("licence", ErrorCodes.MissingParameter, "'licence' is required.");
        if (call.Refused() is { } refusal)
            return refusal;
        var licence = file is null ? null : DocumentIntake.Seal(call, file, DocumentPurposes.Licence);
        call.Prepared = new Asked(fields!, licence, licence?.Id ?? previous?.DocumentId, previous?.Id);
        return null;
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var asked = (Asked)call.Prepared!;
        if (await call.Data.EnterpriseApplications.AnyAsync(e => e.Status == EnterpriseStatuses.Submitted, call.CancellationToken))
            return new Refusal(ErrorCodes.Conflict, "The organisation has an open application already. Wait for the decision, or withdraw it first.");
        var fields = asked.Fields;
        var row = new EnterpriseApplicationRow
        {
            Id = ObjectId.New(ObjectId.EnterpriseApplication, call.Now), OrganisationId = call.Caller.OrganisationId, CompanyName = fields.CompanyName, RegistrationScheme = fields.Scheme,
            RegistrationNumber = fields.Number, ContactName = fields.ContactName, ContactEmail = fields.ContactEmail, ContactPhone = fields.ContactPhone, DocumentId = asked.DocumentId,
            Status = EnterpriseStatuses.Submitted, PreviousId = asked.PreviousId, SubmittedAtMs = call.NowMs, SubmittedBy = call.Caller.AccountId ?? call.Caller.ActorId, UpdatedAtMs = call.NowMs,
        };
        if (asked.Licence is { } licence)
            call.Data.Add(licence);
        call.Data.Add(row);
        call.Audit("verification.apply", row.Id, ("registrationScheme", row.RegistrationScheme), ("documentId", row.DocumentId), ("previousId", row.PreviousId));
        await EnterpriseNotices.AppliedAsync(call, row);
        var shown = (await EnterpriseView.OfAsync(call, [row]))[0];
        return new Answer(asked.Licence is { } added ? shown with { Licence = DocumentView.Of(added) } : shown, OperationCall.Path("enterprise-applications", row.Id), row.UpdatedAtMs);
    }
}
