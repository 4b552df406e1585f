using System.Text.Json.Serialization;

namespace Sluice.Contracts.Management;

/// <summary>A message of the outbox, as the operator sees it.</summary>
public sealed record MessageAnswer
{
    /// <summary><c>msg_…</c></summary>
    public required string Id { get; init; }

    /// <summary><c>email</c> or <c>sms</c>.</summary>
    public required string Channel { get; init; }

    /// <summary>Mail address or phone number.</summary>
    public required string Recipient { get; init; }

    /// <summary>What it is about, such as <c>verify_email</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Of a mail; empty for an SMS.</summary>
    public required string Subject { get; init; }

    /// <summary><c>held</c> (there is no channel to send it on), <c>pending</c>, <c>sent</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Attempts made so far.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the next one is made, while it is pending.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>What the other side said at the last attempt that failed.</summary>
    public string? LastError { get; init; }

    /// <summary><c>acc_…</c> of the person it is for, if they have an account.</summary>
    public string? AccountId { get; init; }

    /// <summary><c>org_…</c> it is about, if any.</summary>
    public string? OrganisationId { get; init; }

    /// <summary>When it was taken in.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the other side took it.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Its text, where one message was asked for and it is not sent yet. May hold a link or a code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Body { get; init; }
}

/// <summary>Body of <c>POST /api/v1/messages/test</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TestMessageBody
{
    /// <summary><c>email</c> or <c>sms</c>.</summary>
    public required string Channel { get; init; }
}

/// <summary>How a test message fared.</summary>
public sealed record TestMessageAnswer
{
    /// <summary><c>sent</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>What the other side said, or why it was not reached.</summary>
    public required string Said { get; init; }
}

/// <summary>Something the caller should know.</summary>
public sealed record NotificationAnswer
{
    /// <summary><c>ntf_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Such as <c>quota_decided</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The object it is about.</summary>
    public required string SubjectId { get; init; }

    /// <summary><c>org_…</c> it is about, if any.</summary>
    public string? OrganisationId { get; init; }

    /// <summary>One sentence.</summary>
    public required string Text { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the caller said they had read it.</summary>
    public DateTimeOffset? ReadAt { get; init; }
}

/// <summary>One page of notifications, and how many there are to read.</summary>
public sealed record NotificationPage
{
    /// <summary>The entries.</summary>
    public required IReadOnlyList<NotificationAnswer> Data { get; init; }

    /// <summary>Sent as <c>cursor</c> to get the next page; <see langword="null"/> on the last one.</summary>
    public string? NextCursor { get; init; }

    /// <summary>All that the caller has not read, on this page or not.</summary>
    public required int Unread { get; init; }
}
