namespace Sluice.Gateway.Limits;

/// <summary>What one call took from its limits. A value: copying it is free, and settling it twice does nothing the second time.</summary>
public readonly struct LimitTicket
{
    internal LimitTicket(KeyLimitState state, int index, ulong serial)
    {
        State = state;
        Index = index;
        Serial = serial;
    }

    internal KeyLimitState? State { get; }
    internal int Index { get; }
    internal ulong Serial { get; }

    /// <summary>Whether there is nothing to settle.</summary>
    public bool IsEmpty => State is null;
}
