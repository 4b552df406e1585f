namespace Sluice.Gateway.Requests;

/// <summary>
/// A body as up to five runs of bytes: the caller's own, with members put in or exchanged between them. Nothing is copied or re-serialised.
/// </summary>
public readonly struct SplicedBody
{
    private readonly ReadOnlyMemory<byte> _a, _b, _c, _d, _e;

    public SplicedBody(ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b = default, ReadOnlyMemory<byte> c = default,
        ReadOnlyMemory<byte> d = default, ReadOnlyMemory<byte> e = default)
        => (_a, _b, _c, _d, _e) = (a, b, c, d, e);

    /// <summary>Number of runs, always 5; empty ones are allowed.</summary>
    public const int Count = 5;

    public ReadOnlyMemory<byte> this[int index] => index switch { 0 => _a, 1 => _b, 2 => _c, 3 => _d, 4 => _e, _ => throw new ArgumentOutOfRangeException(nameof(index)) };

    /// <summary>Bytes in all runs together.</summary>
    public int Length => _a.Length + _b.Length + _c.Length + _d.Length + _e.Length;

    public void CopyTo(Span<byte> destination)
    {
        for (var i = 0; i < Count; i++)
        {
            this[i].Span.CopyTo(destination);
            destination = destination[this[i].Length..];
        }
    }
}
