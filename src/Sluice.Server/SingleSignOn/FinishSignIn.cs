using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Accounts;
using Sluice.Server.Configuration;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Storage;

namespace Sluice.Server.SingleSignOn;

/// <summary>
/// From a checked identity to a session: the account that this issuer and subject belong to, else the one with the same confirmed address where the issuer is trusted
/// with addresses, else a new one where that is wanted. An account is never found by an address that either side did not confirm.
/// </summary>
internal sealed class FinishSignIn(RolesFromClaims roles)
{
    private const int NameCharsMax = 100;

    /// <summary>An act like any other: in one transaction, alone, audited.</summary>
    public Operation For(OidcProviderSettings provider, OidcIdentity identity) => new()
    {
        Name = "signInWithOidc",
        Method = "GET",
        Path = "/",
        Permission = null,
        Open = "Whoever signs in is not known yet.",
        Summary = "Sign in with an identity provider",
        Writes = true,
        Run = call => RunAsync(call, provider, identity),
    };

    private async ValueTask<Outcome> RunAsync(OperationCall call, OidcProviderSettings provider, OidcIdentity identity)
    {
        var db = call.Accounts.Context;
        var (account, refusal) = await FindOrMakeAsync(call, provider, identity);
        if (account is null) return refusal!;
        call.ActorId = account.Id;

        var started = await call.Tools.Accounts.Sessions.StartAsync(db, account, SignInMethods.OidcPrefix + provider.Name, identity.SecondFactor, call.ClientIp, call.UserAgent, call.Now, call.CancellationToken);
        if (started.Refusal is { } forbidden) return forbidden;
        var session = started.Session!;
        // Roles only once nothing stands against the session: a suspended person's stay as they are.
        if (await roles.ApplyAsync(call, provider, account, identity.Roles)) session.OrganisationId = provider.OrganisationId;
        call.Audit("session.start", account.Id, ("session", session.Id), ("method", session.Method), ("secondFactor", session.SecondFactor));
        if (started.Notice is { } notice) call.Send(notice);
        return new Answer(null, Session: new SessionChange(started.Token, DateTimeOffset.FromUnixTimeMilliseconds(session.ExpiresAtMs)));
    }

    private static async Task<(AccountRow?, Refusal?)> FindOrMakeAsync(OperationCall call, OidcProviderSettings provider, OidcIdentity identity)
    {
        var db = call.Accounts.Context;
        var known = await db.AccountLogins.AsNoTracking().SingleOrDefaultAsync(l => l.LoginProvider == provider.Issuer && l.ProviderKey == identity.Subject, call.CancellationToken);
        if (known is not null) return (await db.Accounts.SingleAsync(a => a.Id == known.UserId, call.CancellationToken), null);

        var email = EmailAddress.Parse(identity.Email);
        var believed = email is not null && provider.TrustEmail && identity.EmailVerified;
        var existing = email is null ? null : await db.Accounts.SingleOrDefaultAsync(a => a.NormalizedEmail == email.Normalized, call.CancellationToken);
        if (existing is not null)
        {
            // What somebody merely claims must not open an account, and an account must not wait, unconfirmed, for its address's owner to be led into it.
            if (!believed || !existing.EmailConfirmed) return (null, NotConnected);
            Link(call, provider, identity, existing);
            return (existing, null);
        }
        if (!provider.AutoCreate) return (null, NotConnected);
        if (email is null)
            return (null, new Refusal(ErrorCodes.SsoFailed, "The identity provider sent no usable e-mail address, which a new account needs. Its operator can release the claim 'email' to this application."));
        return (Make(call, provider, identity, email, believed), null);
    }

    private static void Link(OperationCall call, OidcProviderSettings provider, OidcIdentity identity, AccountRow account)
    {
        call.Accounts.Add(Login(provider, identity, account.Id));
        call.Audit("account.link", account.Id, ("method", RolesFromClaims.By(provider)));
        call.Send(new AccountChanged(AccountChange.SignInLinked, call.Now, new Uri(call.BaseUrl + "/console")).ToAccount(account));
    }

    private static AccountRow Make(OperationCall call, OidcProviderSettings provider, OidcIdentity identity, EmailAddress email, bool confirmed)
    {
        var name = PlainText.Shortened(identity.Name ?? "", NameCharsMax).Trim();
        var language = identity.Locale?.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true ? "zh-CN" : "en";
        var account = AccountUsers.NewRow(ObjectId.New(ObjectId.Account, call.Now), email, name.Length > 0 ? name : email.LocalPart, language, passwordHash: null, call.NowMs);
        (account.EmailConfirmed, account.EmailConfirmedAtMs) = (confirmed, confirmed ? call.NowMs : null);
        call.Accounts.Add(account);
        call.Accounts.Add(Login(provider, identity, account.Id));
        call.Audit("account.register", account.Id, ("method", RolesFromClaims.By(provider)));
        return account;
    }

    private static IdentityUserLogin<string> Login(OidcProviderSettings provider, OidcIdentity identity, string accountId) =>
        new() { LoginProvider = provider.Issuer, ProviderKey = identity.Subject, ProviderDisplayName = provider.Title, UserId = accountId };

    /// <summary>The same for whatever reason: whether an address has an account is told to nobody.</summary>
    private static Refusal NotConnected { get; } = new(ErrorCodes.SsoFailed, "This sign-in is not connected to an account here. Ask whoever runs this platform.");
}
