using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>Values of a ticket's <c>status</c>.</summary>
public static class TicketStatuses
{
    /// <summary>It waits for support.</summary>
    public const string Open = "open";

    /// <summary>Support answered last.</summary>
    public const string Answered = "answered";

    /// <summary>Done; a new message within 14 days opens it again.</summary>
    public const string Closed = "closed";
}

/// <summary>Values of a ticket's <c>priority</c>.</summary>
public static class TicketPriorities
{
    /// <summary>Of a verified enterprise.</summary>
    public const string High = "high";

    /// <summary>Of anybody else.</summary>
    public const string Normal = "normal";
}

/// <summary>Body of <c>POST /api/v1/tickets</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TicketBody
{
    /// <summary>What it is about, 1–200 characters.</summary>
    public required string Subject { get; init; }

    /// <summary>The first message, 1–10,000 characters, lines allowed.</summary>
    public required string Text { get; init; }
}

/// <summary>A message to a ticket. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TicketMessageBody
{
    /// <summary>What is said, 1–10,000 characters, lines allowed.</summary>
    public required string Text { get; init; }
}

/// <summary>A ticket as the management API shows it.</summary>
public sealed record TicketAnswer
{
    /// <summary><c>tkt_…</c></summary>
    public required string Id { get; init; }

    /// <summary><c>org_…</c></summary>
    public required string OrganisationId { get; init; }

    /// <summary>What people call the organisation; shown to support only.</summary>
    public string? OrganisationName { get; init; }

    /// <summary>What it is about.</summary>
    public required string Subject { get; init; }

    /// <summary>See <see cref="TicketStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>See <see cref="TicketPriorities"/>.</summary>
    public required string Priority { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who opened it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When something was last said or done.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was closed.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>What was said, oldest first; on the answer to get only.</summary>
    public Page<TicketMessageAnswer>? Messages { get; init; }
}

/// <summary>One message of a ticket.</summary>
public sealed record TicketMessageAnswer
{
    /// <summary><c>tkm_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Whether support said it.</summary>
    public required bool FromSupport { get; init; }

    /// <summary>Who said it; <see langword="null"/> where the organisation is shown what support said.</summary>
    public string? AuthorId { get; init; }

    /// <summary>What people call them; <see langword="null"/> for a token, and where the author is not shown.</summary>
    public string? AuthorName { get; init; }

    /// <summary>What was said.</summary>
    public required string Text { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
