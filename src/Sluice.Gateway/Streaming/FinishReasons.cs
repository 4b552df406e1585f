using System.Text;

namespace Sluice.Gateway.Streaming;

/// <summary>Finish reasons are an open set; the known ones cost no allocation.</summary>
internal static class FinishReasons
{
    private static readonly (byte[] Utf8, string Text)[] Known =
        [.. new[] { "stop", "length", "tool_calls", "content_filter", "function_call", "insufficient_system_resource", "aborted" }
            .Select(static t => (Encoding.UTF8.GetBytes(t), t))];

    public static string? Intern(ReadOnlySpan<byte> utf8)
    {
        // Some vendors write an empty string where others write null.
        if (utf8.IsEmpty) return null;
        foreach (var (known, text) in Known)
            if (utf8.SequenceEqual(known)) return text;
        return Encoding.UTF8.GetString(utf8.Length > 32 ? utf8[..32] : utf8);
    }
}
