namespace Sluice.Gateway.Streaming;

/// <summary>Whoever is inside may write to the caller: the relay, or the keep-alive while the relay waits for the upstream.</summary>
public sealed class StreamGate : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    public ValueTask EnterAsync()
    {
        var wait = _one.WaitAsync();
        return wait.IsCompletedSuccessfully ? default : new(wait);
    }

    public bool TryEnter() => _one.Wait(0);

    public void Leave() => _one.Release();

    public void Dispose() => _one.Dispose();
}
