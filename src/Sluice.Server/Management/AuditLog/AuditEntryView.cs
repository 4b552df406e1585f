using System.Text.Json;
using Sluice.Contracts.Management;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.AuditLog;

/// <summary>Entries as the API shows them.</summary>
internal static class AuditEntryView
{
    public static AuditEntryAnswer Of(AuditEntryRow row) => new()
    {
        Seq = row.Seq,
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs),
        ActorId = row.ActorId,
        Action = row.Action,
        SubjectId = row.SubjectId,
        Detail = Detail(row.Detail),
        PreviousHash = Convert.ToHexStringLower(row.PreviousHash),
        Hash = Convert.ToHexStringLower(row.Hash),
    };

    // Shown even where somebody has made it something else than JSON: that is when it is looked at.
    private static JsonElement Detail(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text, ManagementJson.Default.String);
        }
    }
}
