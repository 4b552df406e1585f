using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// Pictures behind signed links. Nothing is kept: the id says what to draw, the signature that we gave the link out, the time how long
/// it is good.
/// </summary>
public sealed class SandboxImages(SandboxOptions options, TimeProvider time)
{
    /// <summary>How long a link is good, as long as OpenAI's.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(60);

    /// <summary>Largest width and height, in pixels.</summary>
    public const int SideMax = 2048;

    /// <summary>
    /// The picture behind <c>/sandbox/images/{id}.png?expires=…&amp;sig=…</c>, always the same bytes for one id. Draws for up to some
    /// tens of milliseconds: call it on the pool.
    /// </summary>
    /// <param name="id">The file name without <c>.png</c>.</param>
    /// <param name="png">The picture where the answer is <see langword="true"/>.</param>
    /// <param name="problem">What is wrong with the link, in one sentence, for the caller.</param>
    public bool TryRender(string id, string? expires, string? sig, out ReadOnlyMemory<byte> png, out string problem)
    {
        png = default;
        if (!TryCheck(id, expires, sig, out var width, out var height, out var seed, out problem)) return false;
        png = PngPicture.Render(width, height, seed);
        return true;
    }

    /// <summary>A link to the picture of that size and seed, good for <see cref="LinkLifetime"/>.</summary>
    internal string Link(int width, int height, ulong seed)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"img_{width}x{height}_{seed:x16}");
        var expires = (time.GetUtcNow() + LinkLifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{options.PublicBaseUrl().TrimEnd('/')}/sandbox/images/{id}.png?expires={expires}&sig={Sign(id, expires)}";
    }

    private bool TryCheck(string id, string? expires, string? sig, out int width, out int height, out ulong seed, out string problem)
    {
        (width, height, seed) = (0, 0, 0);
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var until) || string.IsNullOrEmpty(sig) || id.Length > 64)
        {
            problem = "The link to the image is not complete: 'expires' and 'sig' belong to it.";
            return false;
        }

        // The signature comes first: what it does not cover is not looked at.
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sig), Encoding.UTF8.GetBytes(Sign(id, expires))) || !TryParse(id, out width, out height, out seed))
        {
            problem = "The link to the image was changed: its signature does not fit.";
            return false;
        }

        if (until < time.GetUtcNow().ToUnixTimeSeconds())
        {
            problem = $"The link to the image has expired: links are good for {LinkLifetime.TotalMinutes:0} minutes. Generate the image again.";
            return false;
        }

        problem = "";
        return true;
    }

    private static bool TryParse(string id, out int width, out int height, out ulong seed)
    {
        (width, height, seed) = (0, 0, 0);
        var parts = id.Split('_');
        if (parts.Length != 3 || parts[0] != "img" || parts[1].Split('x') is not [var w, var h]) return false;
        return int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out width) && width is > 0 and <= SideMax
            && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out height) && height is > 0 and <= SideMax
            && ulong.TryParse(parts[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out seed);
    }

    private string Sign(string id, string expires) => Base64Url.EncodeToString(HMACSHA256.HashData(options.ImageSigningKey, Encoding.UTF8.GetBytes($"sandbox-image\n{id}\n{expires}")));
}
