namespace Sluice.Gateway.Sandbox;

/// <summary>The events of a streamed answer, made one at a time when they are due.</summary>
internal abstract class EventScript
{
    /// <summary>Writes the next event with its blank line; <see langword="false"/> if it was the last. Not called again after that.</summary>
    public abstract bool WriteNext(PooledBytes to);

    protected static ReadOnlySpan<byte> EventEnd => "\n\n"u8;

    /// <summary>The event that ends every stream of this protocol.</summary>
    protected static void WriteDone(PooledBytes to) => to.Raw("data: [DONE]\n\n"u8);
}
