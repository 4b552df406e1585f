using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>POST /api/v1/sessions</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SignInBody
{
    /// <summary>Mail address.</summary>
    public required string Email { get; init; }

    /// <summary>Password.</summary>
    public required string Password { get; init; }

    /// <summary>Of the authenticator, where a second factor is on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>Instead of the code; it is used up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RecoveryCode { get; init; }

    /// <summary>How the session's token is given: <c>token</c>, in the answer. There is no other way any more; it may be left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deliver { get; init; }

    /// <summary>Nothing of what is in it.</summary>
    public override string ToString() => nameof(SignInBody);
}

/// <summary>Body of <c>POST /api/v1/sessions/passkey</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PasskeySignInBody
{
    /// <summary>As the question gave it.</summary>
    public required string State { get; init; }

    /// <summary>What the browser's <c>credential.toJSON()</c> gave.</summary>
    public required JsonElement Credential { get; init; }

    /// <summary>How the session's token is given: <c>token</c>, in the answer. There is no other way any more; it may be left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deliver { get; init; }
}

/// <summary>A session that was begun.</summary>
public sealed record SignedInAnswer
{
    /// <summary><c>acc_…</c></summary>
    public required string AccountId { get; init; }

    /// <summary><c>ses_…</c></summary>
    public required string SessionId { get; init; }

    /// <summary>What people call them.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the mail address was confirmed.</summary>
    public required bool EmailConfirmed { get; init; }

    /// <summary>When it ends at the latest.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>For <c>Authorization: Bearer</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    /// <summary>Who, not the token.</summary>
    public override string ToString() => $"{SessionId} of {AccountId}";
}

/// <summary>A session as its owner sees it.</summary>
public sealed record SessionAnswer
{
    /// <summary><c>ses_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Whether it is the one that asks.</summary>
    public required bool Current { get; init; }

    /// <summary><c>password</c>, <c>passkey</c>, <c>setup</c> or <c>oidc:name</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Whether a second factor was shown.</summary>
    public required bool SecondFactor { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used, to a minute.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>When it ends at the latest.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Where it began.</summary>
    public required string ClientIp { get; init; }

    /// <summary>What the program called itself.</summary>
    public required string UserAgent { get; init; }
}

/// <summary>What a browser is to ask a passkey.</summary>
public sealed record PasskeyQuestionAnswer
{
    /// <summary>To be sent back with the answer, within five minutes.</summary>
    public required string State { get; init; }

    /// <summary>For <c>PublicKeyCredential.parseCreationOptionsFromJSON</c> or <c>parseRequestOptionsFromJSON</c>.</summary>
    public required JsonElement PublicKey { get; init; }
}

/// <summary>Body of <c>POST /api/v1/me/passkeys</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PasskeyBody
{
    /// <summary>What you call it, 1–100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>As the question gave it.</summary>
    public required string State { get; init; }

    /// <summary>What the browser's <c>credential.toJSON()</c> gave.</summary>
    public required JsonElement Credential { get; init; }
}

/// <summary>Body of <c>PATCH /api/v1/me/passkeys/{id}</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RenamePasskeyBody
{
    /// <summary>What you call it, 1–100 characters.</summary>
    public required string Name { get; init; }
}

/// <summary>A passkey as its owner sees it.</summary>
public sealed record PasskeyAnswer
{
    /// <summary>The credential's id in base64url.</summary>
    public required string Id { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last signed in.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Whether it is kept by a provider and found on other devices too.</summary>
    public required bool BackedUp { get; init; }
}
