using System.Text;

namespace Sluice.Gateway.Upstreams.Connecting;

/// <summary>What may stand in a header that goes to an upstream: printable ASCII, nothing that could begin another header.</summary>
public static class HeaderText
{
    /// <summary>Whether <paramref name="value"/> is 1 to <paramref name="lengthMax"/> printable ASCII characters and neither begins nor ends with a space.</summary>
    public static bool IsValid(ReadOnlySpan<char> value, int lengthMax = 4096)
        => !value.IsEmpty && value.Length <= lengthMax && !value.ContainsAnyExceptInRange(' ', '~') && value[0] != ' ' && value[^1] != ' ';

    /// <summary>The value as text, or <see langword="null"/> where it is empty, too long or not printable ASCII: such a value is as good as none.</summary>
    internal static string? Read(ReadOnlySpan<byte> value, int lengthMax)
        => value.IsEmpty || value.Length > lengthMax || value.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? null : Encoding.ASCII.GetString(value);

    internal static string? Read(string? value, int lengthMax) => IsValid(value, lengthMax) ? value : null;

    /// <summary>Throws for a call whose own header values could not be sent.</summary>
    internal static void Check(UpstreamCall call)
    {
        if (!IsValid(call.RequestId, 256)) throw Invalid("x-request-id");
        if (!IsValid(call.Via, 1024)) throw Invalid("via");
        if (call.TraceParent is not null && !IsValid(call.TraceParent, 256)) throw Invalid("traceparent");
    }

    private static UpstreamException Invalid(string name)
        => new(UpstreamFailure.Protocol, false, $"The request was not sent: its {name} header is empty, too long or has characters that a header may not have.");
}
