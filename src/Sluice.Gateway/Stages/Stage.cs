namespace Sluice.Gateway.Stages;

/// <summary>One step of <see cref="GatewayStages"/>. Runs on the socket's thread: nothing here may block or compute for long.</summary>
public abstract class Stage
{
    protected Stage() => Name = GetType().Name;

    /// <summary>As it appears in records and explanations.</summary>
    public string Name { get; }

    /// <summary>Lets the exchange pass (<see langword="null"/>) or refuses it.</summary>
    public abstract ValueTask<Refusal?> EnterAsync(Exchange exchange);

    /// <summary>Called once for each stage that was entered, refusing ones included, last entered first. Must not throw.</summary>
    public virtual void Leave(Exchange exchange)
    {
    }

    protected static ValueTask<Refusal?> Pass => default;

    protected static ValueTask<Refusal?> Refuse(Refusal refusal) => new(refusal);
}
