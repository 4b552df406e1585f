using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Server.Secrets;

namespace Sluice.Server.Audit;

/// <summary>How far an organisation's audit log was at an instant.</summary>
/// <param name="Count">Entries up to and with <paramref name="Seq"/>.</param>
/// <param name="HeadHash">Hash of entry <paramref name="Seq"/>, lower-case hexadecimal.</param>
internal sealed record Checkpoint(DateTimeOffset At, string OrganisationId, long Seq, long Count, string HeadHash);

/// <summary>
/// Checkpoints as lines of JSON. Each carries an HMAC over its members and the HMAC of the line before it, under a key that only the key
/// folder holds: a line can be neither changed, put in, taken out nor moved.
/// </summary>
internal sealed class CheckpointLines(KeyMaterial material)
{
    private static readonly JsonWriterOptions Compact = new() { Indented = false };
    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, material.AuditKey, 32, info: "sluice/audit-checkpoints"u8.ToArray());

    /// <summary>The line, without its end, and the HMAC that the next one continues.</summary>
    public (string Line, string Hmac) Format(Checkpoint checkpoint, string previousHmac)
    {
        var at = checkpoint.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var hmac = Hmac(checkpoint, at, previousHmac);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Compact))
        {
            json.WriteStartObject();
            json.WriteString("at", at);
            json.WriteString("organisationId", checkpoint.OrganisationId);
            json.WriteNumber("seq", checkpoint.Seq);
            json.WriteNumber("count", checkpoint.Count);
            json.WriteString("headHash", checkpoint.HeadHash);
            json.WriteString("hmac", hmac);
            json.WriteEndObject();
        }
        return (Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length), hmac);
    }

    /// <summary>Reads a line that was made by <see cref="Format"/> after the line with <paramref name="previousHmac"/>; anything else gives no checkpoint.</summary>
    /// <param name="hmac">As the line has it, right or not, so that the lines behind a changed one can be judged by themselves; empty where it has none.</param>
    public Checkpoint? Read(string line, string previousHmac, out string hmac)
    {
        hmac = "";
        try
        {
            var json = JsonElement.Parse(line);
            hmac = json.GetProperty("hmac").GetString() ?? "";
            var checkpoint = new Checkpoint(json.GetProperty("at").GetDateTimeOffset(), json.GetProperty("organisationId").GetString()!, json.GetProperty("seq").GetInt64(),
                json.GetProperty("count").GetInt64(), json.GetProperty("headHash").GetString()!);
            // To the letter: what says the same in another spelling was not written here.
            return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Format(checkpoint, previousHmac).Line), Encoding.UTF8.GetBytes(line)) ? checkpoint : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private string Hmac(Checkpoint checkpoint, string at, string previousHmac)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write("sluice audit checkpoint 1");
            writer.Write(previousHmac);
            writer.Write(at);
            writer.Write(checkpoint.OrganisationId);
            writer.Write(checkpoint.Seq);
            writer.Write(checkpoint.Count);
            writer.Write(checkpoint.HeadHash);
        }
        return Convert.ToHexStringLower(HMACSHA256.HashData(_key, stream.ToArray()));
    }
}
