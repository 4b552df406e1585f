using Microsoft.AspNetCore.Identity;

namespace Sluice.Server.Storage;

/// <summary>A person. The members that ASP.NET Core Identity works with are its own; <see cref="IdentityUser{TKey}.Id"/> is <c>acc_…</c>.</summary>
public sealed class AccountRow : IdentityUser<string>
{
    /// <summary>What people call them.</summary>
    public required string Name { get; set; }
    /// <summary>Language that mails are written in: <c>en</c> or <c>zh-CN</c>.</summary>
    public required string Language { get; set; }
    public long? EmailConfirmedAtMs { get; set; }
    /// <summary>Whether the password is long enough only beside a second factor.</summary>
    public bool PasswordShort { get; set; }
    public long? PasswordChangedAtMs { get; set; }
    /// <summary>The step of the last one-time code that was taken: none is taken twice.</summary>
    public long? TotpLastStep { get; set; }
    /// <summary>Wrong second factors in a row after the right password.</summary>
    public int SecondFactorFailedCount { get; set; }
    public long? SecondFactorBlockedUntilMs { get; set; }
    public long? SuspendedAtMs { get; set; }
    public string? SuspendedReason { get; set; }
    public required long CreatedAtMs { get; set; }
    public required long UpdatedAtMs { get; set; }
}
