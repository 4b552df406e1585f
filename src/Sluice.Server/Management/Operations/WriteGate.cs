namespace Sluice.Server.Management.Operations;

/// <summary>
/// One management write at a time in this process. The audit chain and SQLite would make them wait for each other anyway, but by
/// blocking a pool thread each; here they wait without one. Between processes the database decides.
/// </summary>
internal sealed class WriteGate : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    public async ValueTask<Held> EnterAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        return new Held(_one);
    }

    public void Dispose() => _one.Dispose();

    public readonly struct Held(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
