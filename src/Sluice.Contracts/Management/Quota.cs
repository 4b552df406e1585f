using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Values of a quota application's <c>status</c>.</summary>
public static class QuotaStatuses
{
    /// <summary>It waits for somebody to decide.</summary>
    public const string Open = "open";

    /// <summary>The limit was raised.</summary>
    public const string Approved = "approved";

    /// <summary>Somebody said no; <c>reason</c> says why.</summary>
    public const string Rejected = "rejected";

    /// <summary>Taken back before anybody decided.</summary>
    public const string Withdrawn = "withdrawn";
}

/// <summary>Values of a grant's <c>status</c>.</summary>
public static class GrantStatuses
{
    /// <summary>Its time has not come.</summary>
    public const string Scheduled = "scheduled";

    /// <summary>The limit is raised now.</summary>
    public const string Running = "running";

    /// <summary>Its time is over, or it was ended.</summary>
    public const string Ended = "ended";
}

/// <summary>Body of <c>POST /api/v1/quota-applications</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QuotaApplicationBody
{
    /// <summary>The key that shall do more.</summary>
    public required string KeyId { get; init; }

    /// <summary><c>callsPerDay</c>, <c>requestsPerMinute</c>, <c>tokensPerMinute</c> or <c>concurrency</c>.</summary>
    public required string Limit { get; init; }

    /// <summary>What the limit shall be; more than it is.</summary>
    public required long RequestedValue { get; init; }

    /// <summary>Whether it is for a time only. A lasting increase also needs <c>keys.write</c>.</summary>
    public required bool Temporary { get; init; }

    /// <summary>From when on, for a temporary one; from the approval on where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? From { get; init; }

    /// <summary>Until when, for a temporary one; at most 366 days after the beginning.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    /// <summary>What it is needed for, 20–4,000 characters, lines allowed.</summary>
    public required string Scenario { get; init; }

    /// <summary>How much use is expected, 1–500 characters.</summary>
    public required string ExpectedVolume { get; init; }

    /// <summary>A document that explains more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DocumentBody? Attachment { get; init; }
}

/// <summary>A remark on a quota application. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QuotaCommentBody
{
    /// <summary>What is said, 1–2,000 characters, lines allowed.</summary>
    public required string Text { get; init; }
}

/// <summary>Body of <c>POST /api/v1/reviews/quota/{id}/approve</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ApproveQuotaBody
{
    /// <summary>Less than was asked for; what was asked for where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Value { get; init; }

    /// <summary>Another end of a temporary one; the one asked for where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    /// <summary>What the applicant is told beside it, up to 2,000 characters, lines allowed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

/// <summary>A quota application as the management API shows it.</summary>
public sealed record QuotaApplicationAnswer
{
    /// <summary><c>qap_…</c></summary>
    public required string Id { get; init; }

    /// <summary><c>org_…</c></summary>
    public required string OrganisationId { get; init; }

    /// <summary><c>prj_…</c></summary>
    public required string ProjectId { get; init; }

    /// <summary><c>key_…</c></summary>
    public required string KeyId { get; init; }

    /// <summary>What people call the key.</summary>
    public string? KeyName { get; init; }

    /// <summary>Which limit.</summary>
    public required string Limit { get; init; }

    /// <summary>What it was when the application was made.</summary>
    public long? CurrentValue { get; init; }

    /// <summary>What it shall be.</summary>
    public required long RequestedValue { get; init; }

    /// <summary>Whether it is for a time only.</summary>
    public required bool Temporary { get; init; }

    /// <summary>From when on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Until when.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What it is needed for.</summary>
    public required string Scenario { get; init; }

    /// <summary>How much use is expected.</summary>
    public required string ExpectedVolume { get; init; }

    /// <summary>A document that explains more.</summary>
    public DocumentAnswer? Attachment { get; init; }

    /// <summary>See <see cref="QuotaStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary><c>acc_…</c> or <c>mgt_…</c></summary>
    public required string ApplicantId { get; init; }

    /// <summary>What was granted.</summary>
    public long? GrantedValue { get; init; }

    /// <summary>Until when it was granted; <see langword="null"/> for a lasting one.</summary>
    public DateTimeOffset? GrantedUntil { get; init; }

    /// <summary>Who decided.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>What was said to the decision.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Remarks, oldest first; on the answers to get only.</summary>
    public IReadOnlyList<QuotaCommentAnswer>? Comments { get; init; }
}

/// <summary>A remark on a quota application.</summary>
public sealed record QuotaCommentAnswer
{
    /// <summary><c>qcm_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Who said it.</summary>
    public required string AuthorId { get; init; }

    /// <summary>What was said.</summary>
    public required string Text { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A limit that is raised for a time.</summary>
public sealed record QuotaGrantAnswer
{
    /// <summary><c>qgr_…</c></summary>
    public required string Id { get; init; }

    /// <summary><c>org_…</c></summary>
    public required string OrganisationId { get; init; }

    /// <summary><c>key_…</c></summary>
    public required string KeyId { get; init; }

    /// <summary>What people call the key.</summary>
    public string? KeyName { get; init; }

    /// <summary><c>qap_…</c> that it comes from.</summary>
    public required string ApplicationId { get; init; }

    /// <summary>Which limit.</summary>
    public required string Limit { get; init; }

    /// <summary>What it is raised to, where the key's own limit is lower.</summary>
    public required long Value { get; init; }

    /// <summary>See <see cref="GrantStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>From when on.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until when.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
