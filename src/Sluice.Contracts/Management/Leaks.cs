using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Body of <c>POST /api/v1/leaks</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LeakBody
{
    /// <summary>Whatever the leaked keys and tokens stand in: a log, a file, a message. At most 500,000 characters.</summary>
    public required string Text { get; init; }
}

/// <summary>What became of the keys and tokens in a text.</summary>
public sealed record LeakAnswer
{
    /// <summary>One entry for each that is well-formed, in the order of the text.</summary>
    public required IReadOnlyList<LeakedTokenAnswer> Tokens { get; init; }
}

/// <summary>Values of <see cref="LeakedTokenAnswer.State"/>.</summary>
public static class LeakStates
{
    /// <summary>It worked until now.</summary>
    public const string Revoked = "revoked";

    /// <summary>It did not work any more.</summary>
    public const string AlreadyRevoked = "already_revoked";

    /// <summary>No key or token of the caller's organisation has this secret.</summary>
    public const string NotKnown = "not_known";
}

/// <summary>One key or token of a text.</summary>
public sealed record LeakedTokenAnswer
{
    /// <summary>Its visible beginning and its last four characters.</summary>
    public required string Masked { get; init; }

    /// <summary>See <see cref="LeakStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>The key, token or session it belongs to; <see langword="null"/> where it is not known.</summary>
    public string? SubjectId { get; init; }
}

/// <summary>One token that GitHub's secret scanning found.</summary>
public sealed record ScannedToken
{
    /// <summary>The token as it stands in the repository.</summary>
    [JsonPropertyName("token")]
    public required string Token { get; init; }

    /// <summary>What GitHub calls this sort of token.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    /// <summary>Where it was found; may be empty.</summary>
    [JsonPropertyName("url")]
    public string? Url { get; init; }

    /// <summary>Sort of place it was found in, such as <c>commit</c>.</summary>
    [JsonPropertyName("source")]
    public string? Source { get; init; }
}

/// <summary>What GitHub is told about one token.</summary>
public sealed record ScannedTokenAnswer
{
    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    [JsonPropertyName("token_hash")]
    public required string TokenHash { get; init; }

    /// <summary>As GitHub sent it.</summary>
    [JsonPropertyName("token_type")]
    public required string TokenType { get; init; }

    /// <summary><c>true_positive</c> or <c>false_positive</c>.</summary>
    [JsonPropertyName("label")]
    public required string Label { get; init; }
}

/// <summary>The public keys that GitHub signs its messages with.</summary>
public sealed record ScanningPublicKeys
{
    /// <summary>All that are in use.</summary>
    [JsonPropertyName("public_keys")]
    public required IReadOnlyList<ScanningPublicKey> PublicKeys { get; init; }
}

/// <summary>One of them.</summary>
public sealed record ScanningPublicKey
{
    /// <summary>Named by the header of a message.</summary>
    [JsonPropertyName("key_identifier")]
    public required string KeyIdentifier { get; init; }

    /// <summary>PEM.</summary>
    [JsonPropertyName("key")]
    public required string Key { get; init; }
}
