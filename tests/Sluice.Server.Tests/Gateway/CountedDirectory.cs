using System.Runtime.CompilerServices;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Tests.Gateway;

/// <summary>A directory that counts how often it is asked, and can be held or broken.</summary>
internal sealed class CountedDirectory(IKeyDirectory real) : IKeyDirectory
{
    private int _finds;
    private int _others;

    /// <summary>Single keys asked for by calls.</summary>
    public int Finds => Volatile.Read(ref _finds);

    /// <summary>Everything else that was asked.</summary>
    public int Others => Volatile.Read(ref _others);

    /// <summary>The first reading goes on beyond its first rows when this is done.</summary>
    public Task Release { get; set; } = Task.CompletedTask;

    public int RowsBeforeRelease { get; set; }

    public bool IsBroken { get; set; }

    public async IAsyncEnumerable<ApiKey> LoadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _others);
        var rows = 0;
        await foreach (var key in real.LoadAllAsync(cancellationToken))
        {
            if (rows++ >= RowsBeforeRelease) await Release.WaitAsync(cancellationToken);
            yield return key;
        }
    }

    public IAsyncEnumerable<ApiKey> LoadOfOwnerAsync(string ownerId, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _others);
        return real.LoadOfOwnerAsync(ownerId, cancellationToken);
    }

    public IAsyncEnumerable<ApiKey> LoadOfOrganisationAsync(string organisationId, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _others);
        return real.LoadOfOrganisationAsync(organisationId, cancellationToken);
    }

    public ValueTask<ApiKey?> LoadAsync(string keyId, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _others);
        return real.LoadAsync(keyId, cancellationToken);
    }

    public ValueTask<ApiKey?> FindAsync(string publicId, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _finds);
        return IsBroken ? throw new IOException("The database is gone.") : real.FindAsync(publicId, cancellationToken);
    }
}
