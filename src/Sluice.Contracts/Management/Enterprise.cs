using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Values of <c>registrationScheme</c>.</summary>
public static class RegistrationSchemes
{
    /// <summary>Chinese unified social credit code, 18 characters with check digits.</summary>
    public const string UnifiedSocialCreditCode = "uscc";

    /// <summary>Any other register.</summary>
    public const string Other = "other";
}

/// <summary>Values of an enterprise application's <c>status</c>.</summary>
public static class EnterpriseStatuses
{
    /// <summary>It waits for a reviewer.</summary>
    public const string Submitted = "submitted";

    /// <summary>The company is verified.</summary>
    public const string Approved = "approved";

    /// <summary>A reviewer said no; <c>reason</c> says why.</summary>
    public const string Rejected = "rejected";

    /// <summary>Taken back before anybody decided.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>Was approved, until a later one was.</summary>
    public const string Replaced = "replaced";

    /// <summary>Was approved, and its time is over.</summary>
    public const string Expired = "expired";
}

/// <summary>
/// Body of <c>POST /api/v1/enterprise-applications</c>. With <c>previousId</c> members left out are taken from that application, its licence included; without, all
/// are required. Unknown members are refused.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EnterpriseApplicationBody
{
    /// <summary>As it is registered, 2–200 characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CompanyName { get; init; }

    /// <summary>See <see cref="RegistrationSchemes"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RegistrationScheme { get; init; }

    /// <summary>Number in the register.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RegistrationNumber { get; init; }

    /// <summary>Whom to ask, 1–100 characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContactName { get; init; }

    /// <summary>Mail address of the contact.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContactEmail { get; init; }

    /// <summary>Telephone number of the contact with its country, such as <c>+8613800138000</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContactPhone { get; init; }

    /// <summary>The business licence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DocumentBody? Licence { get; init; }

    /// <summary>An earlier application of the organisation that this one takes up again, such as a rejected one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PreviousId { get; init; }

    /// <summary>The company's name; the contact never.</summary>
    public override string ToString() => CompanyName ?? "";
}

/// <summary>Body of <c>POST /api/v1/reviews/enterprise/{id}/approve</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ApproveEnterpriseBody
{
    /// <summary>When the verification runs out; a year from now where left out, three years at most.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>The tier it raises the organisation to; <c>enterprise</c> where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tier { get; init; }
}

/// <summary>An application for enterprise verification as its organisation sees it.</summary>
public sealed record EnterpriseApplicationAnswer
{
    /// <summary><c>ent_…</c></summary>
    public required string Id { get; init; }

    /// <summary><c>org_…</c></summary>
    public required string OrganisationId { get; init; }

    /// <summary>See <see cref="EnterpriseStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>As it is registered.</summary>
    public required string CompanyName { get; init; }

    /// <summary>See <see cref="RegistrationSchemes"/>.</summary>
    public required string RegistrationScheme { get; init; }

    /// <summary>Number in the register.</summary>
    public required string RegistrationNumber { get; init; }

    /// <summary>Whom to ask.</summary>
    public required string ContactName { get; init; }

    /// <summary>Mail address of the contact.</summary>
    public required string ContactEmail { get; init; }

    /// <summary>Telephone number of the contact.</summary>
    public required string ContactPhone { get; init; }

    /// <summary>The business licence.</summary>
    public DocumentAnswer? Licence { get; init; }

    /// <summary>Why it was rejected.</summary>
    public string? Reason { get; init; }

    /// <summary>The application it takes up again.</summary>
    public string? PreviousId { get; init; }

    /// <summary>When it was handed in.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Who handed it in.</summary>
    public required string SubmittedBy { get; init; }

    /// <summary>When a reviewer decided.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>When the verification runs out.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Id, company and status; the contact never.</summary>
    public override string ToString() => $"{Id} \"{CompanyName}\" ({Status})";
}

/// <summary>An application for enterprise verification as reviewers see it.</summary>
public sealed record EnterpriseReviewAnswer
{
    /// <summary><c>ent_…</c>, as in <see cref="Application"/>.</summary>
    public required string Id { get; init; }

    /// <summary>What was handed in.</summary>
    public required EnterpriseApplicationAnswer Application { get; init; }

    /// <summary>What people call the organisation.</summary>
    public required string OrganisationName { get; init; }

    /// <summary>Its tier now.</summary>
    public required string OrganisationTier { get; init; }

    /// <summary>Who decided.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>Other organisations that were verified with the same registration number.</summary>
    public required IReadOnlyList<string> SameNumberAs { get; init; }
}
