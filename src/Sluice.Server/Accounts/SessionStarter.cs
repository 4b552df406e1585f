using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Server.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Messages;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>Ways to prove who one is, as <see cref="SessionRow.Method"/> holds them.</summary>
internal static class SignInMethods
{
    public const string Password = "password";
    public const string Passkey = "passkey";
    /// <summary>The one-time link of the first start.</summary>
    public const string Setup = "setup";
    /// <summary>Followed by the provider's name.</summary>
    public const string OidcPrefix = "oidc:";
}

/// <summary>A session that was begun, or why none was.</summary>
/// <param name="Refusal">Set where a policy forbids the session; then there is none.</param>
/// <param name="Notice">A mail to be sent by the operation, where device or network were not seen before.</param>
internal sealed record StartedSession(SessionRow? Session, PlainSecret? Token, Refusal? Refusal, OutgoingMessage? Notice);

/// <summary>
/// The one place that begins sessions, whatever the way in: here suspension and the rule of single sign-on only are enforced, and here a fresh token is made
/// each time, so that nothing the browser had before is worth anything after.
/// </summary>
internal sealed class SessionStarter(KeyHasher hasher, ManagementOptions management)
{
    /// <summary>Live sessions of a person; of more the oldest end.</summary>
    public const int SessionsMax = 50;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    /// <summary>Why a way in is closed in this installation, or <see langword="null"/>. Can be asked before anybody is known.</summary>
    public Refusal? Closed(string method) => management.Accounts.OidcOnly && method is (SignInMethods.Password or SignInMethods.Passkey)
        ? new Refusal(ErrorCodes.SsoRequired, "Use your organisation's sign-in.")
        : null;

    /// <summary>Begins a session in the operation's transaction. The account must have been found and every proof checked.</summary>
    public async Task<StartedSession> StartAsync(SluiceDb db, AccountRow account, string method, bool secondFactor, IPAddress ip, string userAgent, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (Closed(method) is { } closed)
            return new StartedSession(null, null, closed, null);
        if (account.SuspendedAtMs is not null)
            return new StartedSession(null, null, new Refusal(ErrorCodes.AccountSuspended, "Ask the operator of this installation."), null);

        var nowMs = now.ToUnixTimeMilliseconds();
        var earlier = await db.Sessions.AsNoTracking().Where(s => s.AccountId == account.Id).OrderByDescending(s => s.CreatedAtMs).Take(200).ToListAsync(cancellationToken);
        var network = NetworkOf(ip);
        var seen = earlier.Count == 0 || earlier.Any(s => s.UserAgent == userAgent && IPAddress.TryParse(s.ClientIp, out var from) && NetworkOf(from) == network);
        await TidyAsync(db, account.Id, earlier, nowMs, cancellationToken);

        var token = KeyText.Create(KeyPurpose.Session, out var publicId);
        var session = new SessionRow
        {
            Id = ObjectId.New(ObjectId.Session, now),
            AccountId = account.Id,
            PublicId = publicId,
            Hash = hasher.Hash(token.Reveal(), out var version),
            PepperVersion = version,
            Method = method,
            SecondFactor = secondFactor,
            CreatedAtMs = nowMs,
            ConfirmedAtMs = nowMs,
            LastSeenAtMs = nowMs,
            ExpiresAtMs = (now + SessionCookie.Lifetime).ToUnixTimeMilliseconds(),
            ClientIp = ip.ToString(),
            UserAgent = userAgent,
        };
        db.Sessions.Add(session);
        return new StartedSession(session, token, null, seen || !account.EmailConfirmed ? null : AccountMessages.NewSignIn(account, management.BaseUrl(), now, ip.ToString(), userAgent));
    }

    private static async Task TidyAsync(SluiceDb db, string accountId, List<SessionRow> earlier, long nowMs, CancellationToken cancellationToken)
    {
        var old = nowMs - (long)Kept.TotalMilliseconds;
        await db.Sessions.Where(s => s.AccountId == accountId && s.ExpiresAtMs < old).ExecuteDeleteAsync(cancellationToken);
        var tooMany = earlier.Where(s => s.RevokedAtMs is null && s.ExpiresAtMs > nowMs).Skip(SessionsMax - 1).Select(s => s.Id).ToList();
        if (tooMany.Count > 0)
            await db.Sessions.Where(s => tooMany.Contains(s.Id)).ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAtMs, nowMs), cancellationToken);
    }

    /// <summary>Ends sessions of a person: all, or all but one.</summary>
    public static Task<int> EndAsync(SluiceDb db, string accountId, string? exceptSessionId, long nowMs, CancellationToken cancellationToken) =>
        db.Sessions.Where(s => s.AccountId == accountId && s.RevokedAtMs == null && s.Id != exceptSessionId).ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAtMs, nowMs), cancellationToken);

    /// <summary>The part of an address that stays when a home's connection is renewed.</summary>
    private static string NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return Convert.ToHexString(address.GetAddressBytes().AsSpan(0, address.AddressFamily is AddressFamily.InterNetworkV6 ? 6 : 3));
    }
}
