using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Accounts;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Accounts;

/// <summary>Makes the first person with the set-up link the operator. The link is used up by it; of two who try at once, one is.</summary>
internal static class SetUp
{
    public static readonly Operation Operation = new()
    {
        Name = "setUp",
        Method = "POST",
        Path = "/setup",
        Permission = null,
        Open = "There is nobody yet; the one-time link proves it.",
        Summary = "Become the operator of a new installation",
        Description = "Takes the secret of the link that the first start printed. Makes the account, gives it the role Owner in the operator's organisation, and signs it in.",
        Body = typeof(SetUpBody),
        BodyExample = """{"token":"sk-slc_setup_…","email":"ada@example.com","password":"four words out of nowhere","name":"Ada","organisationName":"Example Ltd","timeZone":"Asia/Shanghai"}""",
        Answer = typeof(SignedInAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Prepare = PrepareAsync,
        Run = RunAsync,
    };

    private sealed record Given(string Token, EmailAddress Email, string Name, string Language, string Hash, string? OrganisationName, string? TimeZone);

    private static async ValueTask<Refusal?> PrepareAsync(OperationCall call)
    {
        var token = call.Body.Text("token", KeyText.LengthMax, required: true);
        var email = AccountView.Email(call.Body);
        var password = call.Body.Secret("password", PasswordPolicy.InputCharsMax, required: true);
        var name = call.Body.Text("name", AccountView.NameCharsMax, required: true);
        var language = call.Body.OneOf("language", AccountView.Languages);
        var organisation = call.Body.Text("organisationName", 100);
        var zone = call.Body.Text("timeZone", 64);
        if (zone is not null && !(TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) && found.HasIanaId))
            call.Body.Refuse("timeZone", ErrorCodes.InvalidValue, "'timeZone' must be an IANA name such as Asia/Shanghai.");
        if (password is not null && call.Tools.Accounts.Passwords.Wrong(password, secondFactor: false, email?.LocalPart ?? "", email?.Domain ?? "", name ?? "", organisation ?? "") is { } wrong)
            call.Body.Refuse("password", ErrorCodes.InvalidValue, $"'password' {wrong}");
        if (call.Refused() is { } refusal)
            return refusal;
        var (link, why) = await SetUpLinks.FindAsync(call.Accounts.Context, call.Tools.Hasher, token!, call.NowMs, call.CancellationToken);
        if (link is null)
            return Refused(why);

        var (hash, busy) = await call.Tools.Accounts.Hashing.HashAsync(password!, call.CancellationToken);
        call.Prepared = hash is null ? null : new Given(token!, email!, name!, language ?? "en", hash, organisation, zone);
        return busy;
    }

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var (db, given, cancellation) = (call.Accounts.Context, (Given)call.Prepared!, call.CancellationToken);
        var (link, why) = await SetUpLinks.FindAsync(db, call.Tools.Hasher, given.Token, call.NowMs, cancellation);
        if (link is null)
            return Refused(why);
        if (await db.ManagementTokens.Where(t => t.Id == link.Id && t.RevokedAtMs == null).ExecuteUpdateAsync(t => t.SetProperty(x => x.RevokedAtMs, call.NowMs), cancellation) == 0)
            return Refused(SetUpLinkStatus.Used);
        if (await SetUpLinks.HasOperatorAsync(db, link.OrganisationId, cancellation))
            return Refused(SetUpLinkStatus.Used);
        if (await call.Accounts.Everybody.AnyAsync(a => a.NormalizedEmail == given.Email.Normalized, cancellation))
            return new Refusal(ErrorCodes.Conflict, "An account has this address already. Take another.");
        await db.ManagementTokens.Where(t => t.Purpose == "setup" && t.RevokedAtMs == null).ExecuteUpdateAsync(t => t.SetProperty(x => x.RevokedAtMs, call.NowMs), cancellation);

        var account = AccountUsers.NewRow(ObjectId.New(ObjectId.Account, call.Now), given.Email, given.Name, given.Language, given.Hash, call.NowMs);
        // Whoever reads the console is trusted with more than a mailbox.
        (account.EmailConfirmed, account.EmailConfirmedAtMs) = (true, call.NowMs);
        call.Accounts.Add(account);
        call.Accounts.Add(new MemberRow { OrganisationId = link.OrganisationId, AccountId = account.Id, JoinedAtMs = call.NowMs });
        call.Accounts.Add(new AssignmentRow
        {
            Id = ObjectId.New(ObjectId.Assignment, call.Now), OrganisationId = link.OrganisationId, AccountId = account.Id, RoleId = BuiltInRoles.OwnerId, Source = "direct", CreatedAtMs = call.NowMs, CreatedBy = account.Id,
        });
        var organisation = await db.Organisations.SingleAsync(o => o.Id == link.OrganisationId, cancellation);
        (organisation.Name, organisation.TimeZone) = (given.OrganisationName ?? organisation.Name, given.TimeZone ?? organisation.TimeZone);
        organisation.UpdatedAtMs = call.Touch(organisation.UpdatedAtMs);

        var started = await call.Tools.Accounts.Sessions.StartAsync(db, account, SignInMethods.Setup, secondFactor: false, call.ClientIp, call.UserAgent, call.Now, cancellation);
        if (started.Refusal is { } forbidden)
            return forbidden;
        call.ActorId = account.Id;
        call.Audit("installation.set_up", organisation.Id, ("account", account.Id), ("timeZone", organisation.TimeZone));
        call.OrganisationChanged(organisation.Id);
        return AccountView.SignedIn(call, account, started);
    }

    private static Refusal Refused(SetUpLinkStatus why) => new(ErrorCodes.LinkNotValid, why switch
    {
        SetUpLinkStatus.Used => "It was used: this installation has an operator.",
        SetUpLinkStatus.Expired => "It is too old. The command 'setup-link' on the server prints a new one.",
        _ => "It did not arrive whole, or was never made here.",
    });
}
