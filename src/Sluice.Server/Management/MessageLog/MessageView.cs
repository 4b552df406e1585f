using Sluice.Contracts.Management;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.MessageLog;

internal static class MessageView
{
    public static MessageAnswer Of(OutboxRow row, string? body = null) => new()
    {
        Id = row.Id,
        Channel = row.Channel,
        Recipient = row.Recipient,
        Kind = row.Kind,
        Subject = row.Subject,
        Status = row.Status,
        Attempts = row.Attempts,
        NextAttemptAt = row.Status == "pending" ? DateTimeOffset.FromUnixTimeMilliseconds(row.NextAttemptAtMs) : null,
        LastError = row.LastError,
        AccountId = row.AccountId,
        OrganisationId = row.OrganisationId,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs),
        SentAt = row.SentAtMs is { } sent ? DateTimeOffset.FromUnixTimeMilliseconds(sent) : null,
        Body = body,
    };
}
