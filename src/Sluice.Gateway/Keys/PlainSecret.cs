using System.Diagnostics;

namespace Sluice.Gateway.Keys;

/// <summary>
/// A secret in the clear. It prints as <c>***</c> wherever it lands (logs, interpolation, debuggers, exceptions);
/// <see cref="Reveal"/> is the one way to the value and is easy to find in review.
/// </summary>
[DebuggerDisplay("***")]
public sealed class PlainSecret(string value)
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string _value = value;

    public string Reveal() => _value;

    public override string ToString() => "***";
}
