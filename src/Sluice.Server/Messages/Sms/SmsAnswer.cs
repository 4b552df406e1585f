using System.Net;
using System.Text.Json;

namespace Sluice.Server.Messages.Sms;

/// <summary>Reading what providers answer.</summary>
internal static class SmsAnswer
{
    /// <summary>
    /// Too busy or broken is temporary; so is what points to the operator's settings (credentials, address, method), because they can be mended while the message waits.
    /// Everything else is a refusal of this message.
    /// </summary>
    public static bool IsTemporary(HttpStatusCode status) => (int)status is >= 500 or (>= 300 and < 400) or 401 or 403 or 404 or 405 or 407 or 408 or 425 or 429;

    /// <summary>A member of a JSON answer as text; empty where there is none.</summary>
    public static string Member(string body, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value) ? value.ToString() : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
