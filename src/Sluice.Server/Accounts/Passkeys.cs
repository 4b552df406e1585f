using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sluice.Gateway.Keys;
using Sluice.Server.Management;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>What the browser is asked, and the sealed text that it brings back with its answer.</summary>
internal sealed record PasskeyQuestion(string OptionsJson, string State);

/// <summary>
/// Passkeys by ASP.NET Core Identity's handler. The challenge goes to the browser and comes back sealed, bound to whom it was made for and for five minutes;
/// once it was answered it is kept as used, so that nobody answers it again. User verification is required: a passkey is two factors.
/// </summary>
internal sealed class Passkeys(AccountUsers users, SecretSealer sealer, ManagementOptions management)
{
    /// <summary>Passkeys of one person.</summary>
    public const int CountMax = 20;
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly Uri Origin = new("sluice://passkey");
    private const string Creation = "creation", Request = "request";

    public async Task<PasskeyQuestion> AskToCreateAsync(SluiceDb db, AccountRow account, string boundTo, DateTimeOffset now)
    {
        var options = await Handler(db).MakeCreationOptionsAsync(new PasskeyUserEntity { Id = account.Id, Name = account.Email!, DisplayName = account.Name }, new DefaultHttpContext());
        return new PasskeyQuestion(options.CreationOptionsJson, Seal(Creation, boundTo, options.AttestationState!, now));
    }

    /// <summary>Asks for any passkey of this site (nobody's in particular, so the question tells nothing), or for one of an account.</summary>
    public async Task<PasskeyQuestion> AskToSignAsync(SluiceDb db, AccountRow? account, string boundTo, DateTimeOffset now)
    {
        var options = await Handler(db).MakeRequestOptionsAsync(account, new DefaultHttpContext());
        return new PasskeyQuestion(options.RequestOptionsJson, Seal(Request, boundTo, options.AssertionState!, now));
    }

    /// <summary>The new passkey if it is in order, or what is wrong. Its challenge is used up.</summary>
    public async Task<(UserPasskeyInfo? Passkey, string? Wrong)> CreateAsync(SluiceDb db, AccountRow account, string boundTo, string state, string credentialJson, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (Open(Creation, boundTo, state, now) is not { } opened)
            return (null, "The question is not known, or is older than five minutes. Ask for a new one.");
        if (!await TakeAsync(db, opened, account.Id, now, cancellationToken))
            return (null, "The question was answered before. Ask for a new one.");
        var result = await Handler(db).PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = new DefaultHttpContext(), CredentialJson = credentialJson, AttestationState = opened });
        return !result.Succeeded ? (null, "The answer of the authenticator does not hold.")
            : result.UserEntity.Id != account.Id ? (null, "The question was asked of somebody else.")
            : (result.Passkey, null);
    }

    /// <summary>Whose passkey answered; <see langword="null"/> for any answer that does not hold. Counter and time of use are written.</summary>
    public async Task<AccountRow?> SignedByAsync(SluiceDb db, string boundTo, string state, string credentialJson, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (Open(Request, boundTo, state, now) is not { } opened)
            return null;
        var result = await Handler(db).PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = new DefaultHttpContext(), CredentialJson = credentialJson, AssertionState = opened });
        if (!result.Succeeded || !await TakeAsync(db, opened, result.User.Id, now, cancellationToken))
            return null;
        var (id, count, backedUp, nowMs) = (result.Passkey.CredentialId, (long)result.Passkey.SignCount, result.Passkey.IsBackedUp, now.ToUnixTimeMilliseconds());
        await db.Passkeys.Where(p => p.CredentialId == id).ExecuteUpdateAsync(p => p.SetProperty(x => x.SignCount, count).SetProperty(x => x.IsBackedUp, backedUp).SetProperty(x => x.LastUsedAtMs, nowMs), cancellationToken);
        return result.User;
    }

    /// <summary>The id of a challenge's row follows from the challenge, so that two answers at once cannot both be the first.</summary>
    private static async Task<bool> TakeAsync(SluiceDb db, string state, string accountId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(state));
        var id = "cnf_" + Convert.ToHexStringLower(hash);
        var nowMs = now.ToUnixTimeMilliseconds();
        await ConfirmationLinks.EndEarlierAsync(db, accountId, ConfirmationPurposes.PasskeyChallenge, nowMs, cancellationToken);
        if (await db.Confirmations.AnyAsync(c => c.Id == id, cancellationToken))
            return false;
        db.Confirmations.Add(new ConfirmationRow
        {
            Id = id, AccountId = accountId, Purpose = ConfirmationPurposes.PasskeyChallenge, Target = "", Hash = hash, Attempts = 1, CreatedAtMs = nowMs, ExpiresAtMs = nowMs + (long)Lifetime.TotalMilliseconds, UsedAtMs = nowMs,
        });
        return true;
    }

    private PasskeyHandler<AccountRow> Handler(SluiceDb db)
    {
        var site = new Uri(management.BaseUrl());
        var own = site.GetLeftPart(UriPartial.Authority);
        return new PasskeyHandler<AccountRow>(users.Over(db), Options.Create(new IdentityPasskeyOptions
        {
            ServerDomain = site.IdnHost,
            AuthenticatorTimeout = Lifetime,
            UserVerificationRequirement = "required",
            ResidentKeyRequirement = "required",
            AttestationConveyancePreference = "none",
            ValidateOrigin = origin => new(!origin.CrossOrigin && origin.Origin == own),
        }));
    }

    private string Seal(string kind, string boundTo, string state, DateTimeOffset now)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{(now + Lifetime).ToUnixTimeMilliseconds()}\n{state}");
        return Base64Url.EncodeToString(sealer.Seal(new PlainSecret(text), boundTo, kind, Origin));
    }

    private string? Open(string kind, string boundTo, string state, DateTimeOffset now)
    {
        if (!Base64Url.IsValid(state) || !sealer.TryOpen(Base64Url.DecodeFromChars(state), boundTo, kind, Origin, out var opened))
            return null;
        var text = opened.Reveal();
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return long.Parse(text.AsSpan(0, end), CultureInfo.InvariantCulture) > now.ToUnixTimeMilliseconds() ? text[(end + 1)..] : null;
    }

    /// <summary>A passkey's id as browsers spell it.</summary>
    public static string IdOf(byte[] credentialId) => Base64Url.EncodeToString(credentialId);

    /// <summary>The bytes of a spelled id, or <see langword="null"/>.</summary>
    public static byte[]? BytesOf(string id) => id.Length is > 0 and <= 1400 && Base64Url.IsValid(id) ? Base64Url.DecodeFromChars(id) : null;

    /// <summary>JSON text as an answer carries it.</summary>
    public static JsonElement Json(string text) => JsonElement.Parse(text);
}
