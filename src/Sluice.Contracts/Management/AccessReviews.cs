using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Values of a review's <c>status</c>.</summary>
public static class ReviewStatuses
{
    /// <summary>Waits to be done.</summary>
    public const string Open = "open";

    /// <summary>Was not done in time; can still be done.</summary>
    public const string Overdue = "overdue";

    /// <summary>Every item is decided; nothing of it changes any more.</summary>
    public const string Finished = "finished";
}

/// <summary>Values of an item's <c>kind</c>.</summary>
public static class ReviewItemKinds
{
    /// <summary>An API key.</summary>
    public const string Key = "key";

    /// <summary>A role that somebody holds.</summary>
    public const string Assignment = "assignment";
}

/// <summary>Values of an item's <c>decision</c>.</summary>
public static class ReviewDecisions
{
    /// <summary>Stays as it is.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>Was brought down to the smaller scope that was proposed.</summary>
    public const string Narrowed = "narrowed";

    /// <summary>Was taken away.</summary>
    public const string Revoked = "revoked";

    /// <summary>Nobody decided, and the key was switched off.</summary>
    public const string Disabled = "disabled";

    /// <summary>Was gone before anybody decided.</summary>
    public const string Gone = "gone";
}

/// <summary>What a reviewer can say of an item.</summary>
public static class ReviewVerbs
{
    /// <summary>It stays as it is.</summary>
    public const string Confirm = "confirm";

    /// <summary>It gets the smaller scope that is proposed.</summary>
    public const string Narrow = "narrow";

    /// <summary>It is taken away.</summary>
    public const string Revoke = "revoke";
}

/// <summary>Body of <c>POST /api/v1/access-reviews</c>; may be left out. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AccessReviewBody
{
    /// <summary>What people call it, 1–100 characters; named by its day where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Until when it should be done, within a year; in 14 days where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Whether keys that nobody decides on are switched off some days after that; as the organisation has it where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? DisableOnSilence { get; init; }

    /// <summary>From how many days without use on it is pointed out, 1–365; 30 where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? UnusedDays { get; init; }
}

/// <summary>Body of a decision on one item; may be left out. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReviewNoteBody
{
    /// <summary>Why, 1–500 characters; kept with the decision.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }
}

/// <summary>Body of <c>POST /api/v1/access-reviews/{id}/decide</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReviewDecisionsBody
{
    /// <summary>1–200 decisions, no item twice. All are carried out, or none.</summary>
    public required IReadOnlyList<ReviewDecisionBody> Decisions { get; init; }
}

/// <summary>One of several decisions.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReviewDecisionBody
{
    /// <summary><c>rvi_…</c></summary>
    public required string ItemId { get; init; }

    /// <summary>See <see cref="ReviewVerbs"/>.</summary>
    public required string Decision { get; init; }

    /// <summary>Why, 1–500 characters; kept with the decision.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }
}

/// <summary>Body of <c>POST /api/v1/access-reviews/{id}/evidence/verify</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReviewEvidenceBody
{
    /// <summary><c>csv</c> or <c>html</c>.</summary>
    public required string Format { get; init; }

    /// <summary>SHA-256 of the file without its last line, hexadecimal.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>A round of asking whether each key and each role is still needed.</summary>
public sealed record AccessReviewAnswer
{
    /// <summary><c>rev_…</c></summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>See <see cref="ReviewStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>By whom; <c>system</c> for one that began by itself.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Until when it should be done.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>When keys that nobody decided on are switched off; <see langword="null"/> for never.</summary>
    public required DateTimeOffset? DisablesAt { get; init; }

    /// <summary>When reviewers were last reminded.</summary>
    public required DateTimeOffset? RemindedAt { get; init; }

    /// <summary>When the owners were told that it is overdue.</summary>
    public required DateTimeOffset? EscalatedAt { get; init; }

    /// <summary>When every item was decided.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How far it is.</summary>
    public required ReviewCountsAnswer Counts { get; init; }
}

/// <summary>How many items of a review are in which state.</summary>
public sealed record ReviewCountsAnswer
{
    /// <summary>All of them.</summary>
    public required int Items { get; init; }

    /// <summary>Not decided yet.</summary>
    public required int Open { get; init; }

    /// <summary>Stay as they are.</summary>
    public required int Confirmed { get; init; }

    /// <summary>Were brought down to what was proposed.</summary>
    public required int Narrowed { get; init; }

    /// <summary>Were taken away.</summary>
    public required int Revoked { get; init; }

    /// <summary>Were switched off because nobody decided.</summary>
    public required int Disabled { get; init; }

    /// <summary>Were gone before anybody decided.</summary>
    public required int Gone { get; init; }
}

/// <summary>One key or role under review.</summary>
public sealed record ReviewItemAnswer
{
    /// <summary><c>rvi_…</c></summary>
    public required string Id { get; init; }

    /// <summary>See <see cref="ReviewItemKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>key_…</c> or <c>asg_…</c></summary>
    public required string SubjectId { get; init; }

    /// <summary>Name of the key, or the role and where it is held.</summary>
    public required string Title { get; init; }

    /// <summary>Owner of the key, or holder of the role; <see langword="null"/> for a service key.</summary>
    public required string? AccountId { get; init; }

    /// <summary>Their name, while they are a member.</summary>
    public required string? AccountName { get; init; }

    /// <summary>What stands out.</summary>
    public required IReadOnlyList<ReviewFinding> Findings { get; init; }

    /// <summary>The smaller scope that would do; <see langword="null"/> where there is none.</summary>
    public required ReviewProposal? Proposed { get; init; }

    /// <summary>What the findings speak for: one of <see cref="ReviewVerbs"/>.</summary>
    public required string Recommended { get; init; }

    /// <summary>See <see cref="ReviewDecisions"/>; <see langword="null"/> while there is none.</summary>
    public required string? Decision { get; init; }

    /// <summary>Who decided.</summary>
    public required string? DecidedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why.</summary>
    public required string? Note { get; init; }
}

/// <summary>Something that stands out about a key or role.</summary>
public sealed record ReviewFinding
{
    /// <summary>Stable name: one of <see cref="ReviewFindingCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>The same in a sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The number it is about, such as days without use; <see langword="null"/> where there is none.</summary>
    public required long? Figure { get; init; }
}

/// <summary>What can stand out.</summary>
public static class ReviewFindingCodes
{
    /// <summary>No use for so many days (figure).</summary>
    public const string Unused = "unused";

    /// <summary>So many routes (figure) are allowed and were not called.</summary>
    public const string RoutesNeverUsed = "routes_never_used";

    /// <summary>More models are allowed than the so many (figure) that were asked for.</summary>
    public const string ModelsNeverUsed = "models_never_used";

    /// <summary>The key does not expire.</summary>
    public const string NoExpiry = "no_expiry";

    /// <summary>The key works from anywhere.</summary>
    public const string NoNetworkList = "no_network_list";

    /// <summary>Its owner is not a member any more.</summary>
    public const string OwnerGone = "owner_gone";

    /// <summary>Its owner, or the role's holder, is suspended.</summary>
    public const string OwnerSuspended = "owner_suspended";

    /// <summary>So many actions (figure) are allowed and were never done.</summary>
    public const string PermissionsNeverUsed = "permissions_never_used";

    /// <summary>A smaller built-in role covers what was done.</summary>
    public const string RoleTooBroad = "role_too_broad";
}

/// <summary>A smaller scope. Members that are <see langword="null"/> stay as they are.</summary>
public sealed record ReviewProposal
{
    /// <summary>The routes that were really called.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Routes { get; init; }

    /// <summary>The models that were really asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Days from the decision after which the key expires.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExpiresInDays { get; init; }

    /// <summary>The smaller role.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RoleId { get; init; }

    /// <summary>Whether the role is taken away altogether.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Remove { get; init; }
}

/// <summary>What became of several decisions.</summary>
public sealed record ReviewDecisionsAnswer
{
    /// <summary>The review as it is now.</summary>
    public required AccessReviewAnswer Review { get; init; }

    /// <summary>The items that were decided, in the order of the body.</summary>
    public required IReadOnlyList<ReviewItemAnswer> Items { get; init; }
}

/// <summary>Whether a file of evidence is what was exported.</summary>
public sealed record ReviewEvidenceAnswer
{
    /// <summary>Whether the evidence is as it was signed when the review was finished, and the file is an export of it.</summary>
    public required bool Holds { get; init; }

    /// <summary>What does not hold, in a sentence.</summary>
    public required string? Problem { get; init; }

    /// <summary>SHA-256 that an export has, hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>HMAC-SHA-256 that stands in its last line, hexadecimal.</summary>
    public required string Hmac { get; init; }
}
