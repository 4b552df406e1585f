namespace Sluice.Gateway.Upstreams.Connecting;

/// <summary>Lets a call be cut while it works on something that is cancelled by token.</summary>
internal sealed class ConnectAttempt : IAbortable, IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public void Abort()
    {
        try
        {
            // On the pool: callbacks must not run inside the call's lock.
            _ = _source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The work is over; there is nothing to cut.
        }
    }

    public void Dispose() => _source.Dispose();
}
