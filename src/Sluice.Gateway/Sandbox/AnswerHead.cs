using System.Globalization;

namespace Sluice.Gateway.Sandbox;

/// <summary>What every event and body of an answer says about itself.</summary>
/// <param name="Id">In the vendor's form.</param>
/// <param name="Created">Unix seconds.</param>
internal sealed record AnswerHead(SandboxFlavour Flavour, string Id, long Created, string Model)
{
    public const string Fingerprint = "fp_sluice_sandbox";

    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <param name="prefix">Of OpenAI's ids, such as <c>chatcmpl-</c>; DeepSeek's are bare UUIDs.</param>
    public static AnswerHead For(SandboxFlavour flavour, string prefix, string model, ulong seed, TimeProvider time) => new(
        flavour,
        flavour == SandboxFlavour.DeepSeek ? Uuid(seed) : prefix + Letters(seed, 29),
        time.GetUtcNow().ToUnixTimeSeconds(),
        model);

    /// <summary>Letters and digits that follow from the seed.</summary>
    public static string Letters(ulong seed, int count) => string.Create(count, seed, static (letters, seed) =>
    {
        for (var i = 0; i < letters.Length; i++) letters[i] = Base62[(int)(RequestSeed.Derive(seed, 0x1D00 + (ulong)i) % 62)];
    });

    private static string Uuid(ulong seed)
    {
        var a = RequestSeed.Derive(seed, 0xA);
        var b = RequestSeed.Derive(seed, 0xB);
        return string.Create(CultureInfo.InvariantCulture, $"{a >> 32:x8}-{a >> 16 & 0xFFFF:x4}-4{a & 0xFFF:x3}-{0x8000 | b >> 48 & 0x3FFF:x4}-{b & 0xFFFFFFFFFFFF:x12}");
    }
}
