using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Gateway.Keys;

namespace Sluice.Server.FirstRun;

/// <summary>The secrets that the first start makes. In the clear only until the operator has them.</summary>
internal sealed record FirstRunSecrets(PlainSecret TestKey, PlainSecret ManagementToken, PlainSecret SetupToken)
{
    public static FirstRunSecrets Create() => new(
        KeyText.Create(KeyPurpose.Test, out _),
        KeyText.Create(KeyPurpose.Management, out _),
        KeyText.Create(KeyPurpose.Setup, out _));

    public static string PublicIdOf(PlainSecret secret)
        => KeyText.TryParse(secret.Reveal(), out _, out var publicId) ? publicId.ToString() : throw new InvalidDataException("A secret of the first run is not in the form of a key.");

    public byte[] ToPending()
        => JsonSerializer.SerializeToUtf8Bytes(new PendingFile(TestKey.Reveal(), ManagementToken.Reveal(), SetupToken.Reveal()), FirstRunJson.Default.PendingFile);

    /// <summary><see langword="null"/> where the bytes are not what <see cref="ToPending"/> wrote.</summary>
    public static FirstRunSecrets? FromPending(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, FirstRunJson.Default.PendingFile) is { } file
                && Is(file.TestKey, KeyPurpose.Test) && Is(file.ManagementToken, KeyPurpose.Management) && Is(file.SetupToken, KeyPurpose.Setup)
                ? new FirstRunSecrets(new(file.TestKey), new(file.ManagementToken), new(file.SetupToken))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }

        static bool Is(string? text, KeyPurpose wanted) => KeyText.TryParse(text, out var purpose, out _) && purpose == wanted;
    }

    public byte[] ToFile(string baseUrl)
        => JsonSerializer.SerializeToUtf8Bytes(new FirstRunFile(baseUrl, TestKey.Reveal(), ManagementToken.Reveal(), SetupUrl(baseUrl)), FirstRunJson.Default.FirstRunFile);

    public string SetupUrl(string baseUrl) => $"{baseUrl}/console/setup?token={SetupToken.Reveal()}";
}

internal sealed record PendingFile(string TestKey, string ManagementToken, string SetupToken);

internal sealed record FirstRunFile(string BaseUrl, string TestKey, string ManagementToken, string SetupUrl);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PendingFile))]
[JsonSerializable(typeof(FirstRunFile))]
internal sealed partial class FirstRunJson : JsonSerializerContext;
