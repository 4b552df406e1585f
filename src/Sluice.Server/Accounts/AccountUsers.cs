using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>Makes ASP.NET Core Identity's user manager over one operation's context, so that what it does is in that operation's transaction or not at all.</summary>
internal sealed class AccountUsers(SecretSealer sealer, TimeProvider time)
{
    private static readonly IOptions<IdentityOptions> Settings = Options.Create(new IdentityOptions());

    /// <summary>The hasher is not here: hashing is done before an operation's turn comes, in <see cref="PasswordHashing"/>.</summary>
    public UserManager<AccountRow> Over(SluiceDb db) => new(StoreOver(db), Settings, new NoHashing(), [], [], new Normalizer(), new IdentityErrorDescriber(), null!,
        NullLogger<UserManager<AccountRow>>.Instance);

    public AccountStore StoreOver(SluiceDb db) => new(db, sealer, time);

    /// <summary>A new account's row with the members that Identity needs.</summary>
    public static AccountRow NewRow(string id, EmailAddress email, string name, string language, string? passwordHash, long nowMs) => new()
    {
        Id = id,
        Name = name,
        Language = language,
        Email = email.Text,
        NormalizedEmail = email.Normalized,
        UserName = email.Text,
        NormalizedUserName = email.Normalized,
        PasswordHash = passwordHash,
        PasswordChangedAtMs = passwordHash is null ? null : nowMs,
        SecurityStamp = NewStamp(),
        ConcurrencyStamp = NewStamp(),
        LockoutEnabled = true,
        CreatedAtMs = nowMs,
        UpdatedAtMs = nowMs,
    };

    public static string NewStamp() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    private sealed class NoHashing : IPasswordHasher<AccountRow>
    {
        public string HashPassword(AccountRow user, string password) => throw new InvalidOperationException("Passwords are hashed before the operation's turn.");

        public PasswordVerificationResult VerifyHashedPassword(AccountRow user, string hashedPassword, string providedPassword) =>
            throw new InvalidOperationException("Passwords are checked before the operation's turn.");
    }

    private sealed class Normalizer : ILookupNormalizer
    {
        public string? NormalizeName(string? name) => NormalizeEmail(name);

        public string? NormalizeEmail(string? email) => EmailAddress.Parse(email)?.Normalized ?? email?.ToUpperInvariant();
    }
}
