using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Tiers;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Accounts;

/// <summary>Accounts and sessions as the API shows them, and what the operations about them share.</summary>
internal static class AccountView
{
    public const int NameCharsMax = 100;
    /// <summary>How long a proof of who one is lets a session change what protects the account.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(15);
    public static readonly IReadOnlyList<string> Languages = ["en", "zh-CN"];
    public static readonly IReadOnlyList<string> Deliveries = ["token"];

    public static Task<AccountRow> MeAsync(OperationCall call) => call.Accounts.Me.SingleAsync(call.CancellationToken);

    /// <summary>Refuses a change of what protects the account where the session's proof is old, or where a token asks.</summary>
    public static Refusal? NotFresh(OperationCall call) =>
        call.Caller.SessionId is not null && call.Caller.ConfirmedAtMs + (long)FreshFor.TotalMilliseconds > call.NowMs
            ? null
            : new Refusal(ErrorCodes.ConfirmationRequired, "Prove who you are at /api/v1/me/confirm, in a session; it holds for 15 minutes.");

    public static Refusal LinkNotValid { get; } = new(ErrorCodes.LinkNotValid, "It was used before, is too old, or did not arrive whole. Ask for a new one.");

    public static Refusal WrongCredentials { get; } = new(ErrorCodes.InvalidCredentials, "Address, password or code is wrong, or too many tries were made: wait a while, or ask for a new password.");

    public static async Task<AccountAnswer> OfAsync(OperationCall call, AccountRow account) => new()
    {
        Id = account.Id,
        Email = account.Email!,
        EmailConfirmed = account.EmailConfirmed,
        EmailConfirmedAt = At(account.EmailConfirmedAtMs),
        BusinessEmail = account.EmailConfirmed && await BusinessMail.StandingOf(call.Accounts.Context, account.Email!, call.CancellationToken) == BusinessMail.Business,
        Phone = account.PhoneNumber is { } phone ? PhoneNumber.Masked(phone) : null,
        PhoneConfirmed = account.PhoneNumberConfirmed,
        Name = account.Name,
        Language = account.Language,
        HasPassword = account.PasswordHash is not null,
        SecondFactor = account.TwoFactorEnabled,
        RecoveryCodesLeft = account.TwoFactorEnabled ? await call.Tools.Accounts.Users.Over(call.Accounts.Context).CountRecoveryCodesAsync(account) : 0,
        Passkeys = await call.Accounts.MyPasskeys.CountAsync(call.CancellationToken),
        ConfirmedUntil = NotFresh(call) is null ? At(call.Caller.ConfirmedAtMs + (long)FreshFor.TotalMilliseconds) : null,
        CreatedAt = At(account.CreatedAtMs),
        UpdatedAt = At(account.UpdatedAtMs),
    };

    public static SessionAnswer Of(SessionRow session, string? currentId) => new()
    {
        Id = session.Id,
        Current = session.Id == currentId,
        Method = session.Method,
        SecondFactor = session.SecondFactor,
        CreatedAt = At(session.CreatedAtMs),
        LastSeenAt = At(session.LastSeenAtMs),
        ExpiresAt = At(session.ExpiresAtMs),
        ClientIp = session.ClientIp,
        UserAgent = session.UserAgent,
    };

    /// <summary>The answer to a sign-in: the token in the body, or for the console in its cookie.</summary>
    public static Answer SignedIn(OperationCall call, AccountRow account, StartedSession started)
    {
        var (session, token) = (started.Session!, started.Token!);
        call.ActorId = account.Id;
        call.Audit("session.start", account.Id, ("session", session.Id), ("method", session.Method), ("secondFactor", session.SecondFactor));
        if (started.Notice is { } notice)
            call.Send(notice);
        return new Answer(new SignedInAnswer
        {
            AccountId = account.Id,
            SessionId = session.Id,
            Name = account.Name,
            EmailConfirmed = account.EmailConfirmed,
            ExpiresAt = At(session.ExpiresAtMs),
            Token = call.KeepsCookie ? null : token.Reveal(),
        }, Session: call.KeepsCookie ? new SessionChange(token, At(session.ExpiresAtMs)) : null);
    }

    /// <summary>Mails the owner that something which protects the account was changed; an address that was never confirmed gets nothing.</summary>
    public static void TellOwner(OperationCall call, AccountRow account, AccountChange change)
    {
        if (account.EmailConfirmed)
            call.Send(AccountMessages.Changed(account, change, call.BaseUrl, call.Now));
    }

    /// <summary>What follows from an address that was proven just now: organisations and keys of its owner may stand better.</summary>
    public static async Task ProvenAsync(OperationCall call, AccountRow account)
    {
        (account.EmailConfirmed, account.EmailConfirmedAtMs) = (true, call.NowMs);
        foreach (var organisation in await BusinessMail.RaiseAsync(call, call.Accounts.Context, account.Id, account.Email!))
            call.OrganisationChanged(organisation);
        call.OwnerChanged(account.Id);
    }

    /// <summary>Takes a new password in, already hashed.</summary>
    public static void SetPassword(AccountRow account, string hash, bool isShort, long nowMs) =>
        (account.PasswordHash, account.PasswordShort, account.PasswordChangedAtMs, account.SecurityStamp) = (hash, isShort, nowMs, AccountUsers.NewStamp());

    public static bool IsShort(PlainSecret password) => password.Reveal().EnumerateRunes().Count() < PasswordPolicy.CharsMin;

    public static EmailAddress? Email(BodyFields body, string name = "email")
    {
        if (body.Text(name, EmailAddress.CharsMax, required: true) is not { } text)
            return null;
        var email = EmailAddress.Parse(text);
        if (email is null)
            body.Refuse(name, ErrorCodes.InvalidValue, $"'{name}' {EmailAddress.Rule}");
        return email;
    }

    public static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    public static DateTimeOffset? At(long? ms) => ms is { } some ? At(some) : null;
}
