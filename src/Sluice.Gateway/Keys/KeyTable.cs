using System.Collections.Concurrent;

namespace Sluice.Gateway.Keys;

/// <summary>Every key by the public part of its text, in memory: a call never waits for a database, and an unknown key costs no look-up there.</summary>
public sealed class KeyTable(IKeyDirectory directory) : IDisposable
{
    private readonly ConcurrentDictionary<string, (ApiKey Key, KeyCredential Credential)> _byPublicId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ApiKey> _byId = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1, 1);

    public int Count => _byId.Count;

    public bool TryFind(ReadOnlySpan<char> publicId, out ApiKey key, out KeyCredential credential)
    {
        var found = _byPublicId.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(publicId, out var entry);
        (key, credential) = entry;
        return found;
    }

    public async ValueTask LoadAllAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await directory.LoadAllAsync(cancellationToken)) Put(key);
    }

    /// <summary>Puts the key as it is now in place of the one held.</summary>
    public async ValueTask RefreshAsync(string keyId, CancellationToken cancellationToken)
    {
        // One at a time: of two refreshes of one key, the later read must win.
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = await directory.LoadAsync(keyId, cancellationToken);
            var before = _byId.GetValueOrDefault(keyId);
            if (now is not null) Put(now);
            else _byId.TryRemove(keyId, out _);
            foreach (var credential in before?.Credentials ?? [])
            {
                if (now is null || now.Credentials.All(c => c.PublicId != credential.PublicId)) _byPublicId.TryRemove(credential.PublicId, out _);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private void Put(ApiKey key)
    {
        _byId[key.Id] = key;
        foreach (var credential in key.Credentials) _byPublicId[credential.PublicId] = (key, credential);
    }

    public void Dispose() => _one.Dispose();
}
