using System.Diagnostics.CodeAnalysis;

namespace Sluice.Gateway.Streaming;

/// <summary>Whoever is inside may write to the caller: the relay, or the keep-alive while the relay waits for the upstream.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore's wait handle is never asked for, so there is nothing to dispose.")]
public sealed class StreamGate
{
    private readonly SemaphoreSlim _one = new(1, 1);

    public ValueTask EnterAsync()
    {
        var wait = _one.WaitAsync();
        return wait.IsCompletedSuccessfully ? default : new(wait);
    }

    public bool TryEnter() => _one.Wait(0);

    public void Leave() => _one.Release();
}
