using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>POST /api/v1/registrations</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RegistrationBody
{
    /// <summary>Mail address in ASCII.</summary>
    public required string Email { get; init; }

    /// <summary>15–256 characters.</summary>
    public required string Password { get; init; }

    /// <summary>What people call you, 1–100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Language of messages, <c>en</c> (default) or <c>zh-CN</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Language { get; init; }

    /// <summary>The secret of an invitation, where only invited people may sign up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Invitation { get; init; }

    /// <summary>Nothing of what is in it.</summary>
    public override string ToString() => nameof(RegistrationBody);
}

/// <summary>Body of <c>POST /api/v1/setup</c>: the operator's own account.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SetUpBody
{
    /// <summary>From the set-up link.</summary>
    public required string Token { get; init; }

    /// <summary>Mail address in ASCII.</summary>
    public required string Email { get; init; }

    /// <summary>15–256 characters.</summary>
    public required string Password { get; init; }

    /// <summary>What people call you, 1–100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Language of messages, <c>en</c> (default) or <c>zh-CN</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Language { get; init; }

    /// <summary>What people call the organisation; it keeps its name where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrganisationName { get; init; }

    /// <summary>IANA name of the zone that its days begin in; it keeps its zone where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TimeZone { get; init; }

    /// <summary>Nothing of what is in it.</summary>
    public override string ToString() => nameof(SetUpBody);
}

/// <summary>Values of a set-up link's <c>status</c>.</summary>
public static class SetUpLinkStatuses
{
    /// <summary>It works.</summary>
    public const string Valid = "valid";

    /// <summary>Its time is over.</summary>
    public const string Expired = "expired";

    /// <summary>It was used: the installation has an operator.</summary>
    public const string Used = "used";

    /// <summary>It did not arrive whole, or was never made here.</summary>
    public const string Unknown = "unknown";
}

/// <summary>Whether a set-up link works.</summary>
public sealed record SetUpLinkAnswer
{
    /// <summary>See <see cref="SetUpLinkStatuses"/>.</summary>
    public required string Status { get; init; }
}

/// <summary>What is said where the answer must not tell whether an address is known.</summary>
public sealed record NoticeAnswer
{
    /// <summary>What to do next.</summary>
    public required string Message { get; init; }
}

/// <summary>A secret that came with a link.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LinkTokenBody
{
    /// <summary>From the link.</summary>
    public required string Token { get; init; }

    /// <summary>Nothing of what is in it.</summary>
    public override string ToString() => nameof(LinkTokenBody);
}

/// <summary>A mail address.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EmailBody
{
    /// <summary>Mail address in ASCII.</summary>
    public required string Email { get; init; }
}

/// <summary>Body of <c>POST /api/v1/password-resets/confirm</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewPasswordBody
{
    /// <summary>From the link.</summary>
    public required string Token { get; init; }

    /// <summary>15–256 characters; 8 are enough where a second factor is on.</summary>
    public required string NewPassword { get; init; }

    /// <summary>Nothing of what is in it.</summary>
    public override string ToString() => nameof(NewPasswordBody);
}

/// <summary>Body of <c>PUT /api/v1/me/password</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ChangePasswordBody
{
    /// <summary>The one that works now; left out where the account has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CurrentPassword { get; init; }

    /// <summary>15–256 characters; 8 are enough where a second factor is on.</summary>
    public required string NewPassword { get; init; }

    /// <summary>Nothing of what is in it.</summary>
    public override string ToString() => nameof(ChangePasswordBody);
}

/// <summary>Body of <c>PATCH /api/v1/me</c>. Members left out stay as they are.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UpdateMeBody
{
    /// <summary>What people call you, 1–100 characters; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Name { get; init; }

    /// <summary><c>en</c> or <c>zh-CN</c>; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Language { get; init; }
}

/// <summary>Body of <c>POST /api/v1/me/phone</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PhoneBody
{
    /// <summary>In international form, such as <c>+8613800138000</c>.</summary>
    public required string Phone { get; init; }
}

/// <summary>Body of <c>POST /api/v1/me/phone/confirm</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PhoneConfirmationBody
{
    /// <summary>The code that the new number got.</summary>
    public required string Code { get; init; }

    /// <summary>The code that the number confirmed before got; left out where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CurrentCode { get; init; }
}

/// <summary>A person's own account.</summary>
public sealed record AccountAnswer
{
    /// <summary><c>acc_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Mail address.</summary>
    public required string Email { get; init; }

    /// <summary>Whether the address was confirmed.</summary>
    public required bool EmailConfirmed { get; init; }

    /// <summary>When it was.</summary>
    public DateTimeOffset? EmailConfirmedAt { get; init; }

    /// <summary>Whether the address is at a company's own domain, not at one where anybody gets an address.</summary>
    public required bool BusinessEmail { get; init; }

    /// <summary>Telephone number, shortened; <see langword="null"/> where none was given.</summary>
    public string? Phone { get; init; }

    /// <summary>Whether the number was confirmed.</summary>
    public required bool PhoneConfirmed { get; init; }

    /// <summary>What people call them.</summary>
    public required string Name { get; init; }

    /// <summary>Language of messages.</summary>
    public required string Language { get; init; }

    /// <summary>Whether there is a password.</summary>
    public required bool HasPassword { get; init; }

    /// <summary>Whether a password alone is not enough to sign in.</summary>
    public required bool SecondFactor { get; init; }

    /// <summary>Recovery codes that were not used yet.</summary>
    public required int RecoveryCodesLeft { get; init; }

    /// <summary>Passkeys.</summary>
    public required int Passkeys { get; init; }

    /// <summary>Until when this session may change what protects the account, without proving again who it is; <see langword="null"/> if it may not now.</summary>
    public DateTimeOffset? ConfirmedUntil { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When name or language were last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>How far a change of address has come.</summary>
public sealed record EmailChangeAnswer
{
    /// <summary><c>waiting</c> for the other address's confirmation, or <c>changed</c>.</summary>
    public required string Status { get; init; }
}

/// <summary>A new authenticator's secret, shown this once.</summary>
public sealed record TotpAnswer
{
    /// <summary>In base 32, for typing in.</summary>
    public required string Secret { get; init; }

    /// <summary><c>otpauth://…</c>, for a QR code.</summary>
    public required string Uri { get; init; }

    /// <summary>Nothing of what is in it.</summary>
    public override string ToString() => nameof(TotpAnswer);
}

/// <summary>A code of an authenticator.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TotpCodeBody
{
    /// <summary>Six digits.</summary>
    public required string Code { get; init; }
}

/// <summary>Codes for whoever loses the authenticator, shown this once; each is good once.</summary>
public sealed record RecoveryCodesAnswer
{
    /// <summary>Ten of them.</summary>
    public required IReadOnlyList<string> Codes { get; init; }

    /// <summary>Nothing of what is in it.</summary>
    public override string ToString() => nameof(RecoveryCodesAnswer);
}

/// <summary>Body of <c>POST /api/v1/me/confirm</c>: exactly one proof.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConfirmIdentityBody
{
    /// <summary>Enough only where no second factor is on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Password { get; init; }

    /// <summary>Of the authenticator.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>One of the recovery codes; it is used up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RecoveryCode { get; init; }

    /// <summary>A passkey's answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PasskeyProof? Passkey { get; init; }

    /// <summary>Nothing of what is in it.</summary>
    public override string ToString() => nameof(ConfirmIdentityBody);
}

/// <summary>A passkey's answer to a question.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PasskeyProof
{
    /// <summary>As the question gave it.</summary>
    public required string State { get; init; }

    /// <summary>What the browser's <c>credential.toJSON()</c> gave.</summary>
    public required JsonElement Credential { get; init; }
}
