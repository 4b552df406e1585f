using System.Globalization;

namespace Sluice.Server.Documents;

/// <summary>How large a picture may be when somebody opens it: told by its header, without decoding it.</summary>
internal static class PixelLimits
{
    public const int SideMax = 20_000;
    public const long PixelsMax = 50_000_000;

    /// <summary>What is wrong with a size; <see langword="null"/> if nothing is.</summary>
    public static string? Wrong(long width, long height) =>
        width <= 0 || height <= 0 ? "The picture has no size."
        : width > SideMax || height > SideMax || width * height > PixelsMax
            ? string.Create(CultureInfo.InvariantCulture, $"The picture has {width} × {height} pixels; at most {SideMax} a side and {PixelsMax / 1_000_000} million in all are taken.")
            : null;
}
