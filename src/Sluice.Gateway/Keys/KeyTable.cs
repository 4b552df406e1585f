using System.Collections.Concurrent;

namespace Sluice.Gateway.Keys;

/// <summary>
/// The keys by the public part of their text, in memory: once all are read in, a call never waits for a database, and an unknown key costs
/// no look-up there. Look-ups take no lock.
/// </summary>
public sealed class KeyTable(IKeyDirectory directory) : IDisposable
{
    private readonly ConcurrentDictionary<string, (ApiKey Key, KeyCredential Credential)> _byPublicId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ApiKey> _byId = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _oneRefresh = new(1, 1);

    // Guards every change, and what was changed while the first reading is under way: null once that is over.
    private readonly Lock _gate = new();
    private Refreshed? _refreshed = new();
    private volatile bool _isComplete;
    private long _version;

    public int Count => _byId.Count;

    /// <summary>All keys are in: what is not found does not exist. Read it before the look-up that it is to speak about.</summary>
    public bool IsComplete => _isComplete;

    /// <summary>Grows with every change of a key that was there before.</summary>
    public long Version => Volatile.Read(ref _version);

    public bool TryFind(ReadOnlySpan<char> publicId, out ApiKey key, out KeyCredential credential)
    {
        var found = _byPublicId.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(publicId, out var entry);
        (key, credential) = entry;
        return found;
    }

    /// <summary>The key of that id as it is held now.</summary>
    public ApiKey? Current(string keyId) => _byId.GetValueOrDefault(keyId);

    /// <summary>Reads all keys in. Calls may be served meanwhile, and keys be refreshed. After a failure it can be called again.</summary>
    public async ValueTask LoadAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var key in directory.LoadAllAsync(cancellationToken)) await OfferAsync(key, cancellationToken);
        lock (_gate)
        {
            _refreshed = null;
            _isComplete = true;
        }
    }

    /// <summary>
    /// Takes a key that was read some time ago, if nothing newer is known of it. During the first reading a refresh may overtake a row that was read
    /// before it: the refresh wins.
    /// </summary>
    public async ValueTask OfferAsync(ApiKey key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Complete: either it is here already or it was dropped since it was read.
            if (_refreshed is null || _refreshed.Keys.Contains(key.Id) || _byId.ContainsKey(key.Id)) return;
            if (!_refreshed.MayBeOlder(key))
            {
                Put(key);
                return;
            }
        }

        // It was of an owner or organisation that was read anew since, but did not come with that reading: it moved or vanished.
        await RefreshAsync(key.Id, cancellationToken);
    }

    /// <summary>Puts the key as it is now in place of the one held.</summary>
    public async ValueTask RefreshAsync(string keyId, CancellationToken cancellationToken)
    {
        // One at a time: of two refreshes of one key, the later read must win.
        await _oneRefresh.WaitAsync(cancellationToken);
        try
        {
            Replace(keyId, await directory.LoadAsync(keyId, cancellationToken));
        }
        finally
        {
            _oneRefresh.Release();
        }
    }

    /// <summary>Puts the keys of that owner as they are now in place of those held.</summary>
    public ValueTask RefreshOwnerAsync(string ownerId, CancellationToken cancellationToken)
        => RefreshManyAsync(r => r.Owners.Add(ownerId), key => key.OwnerId == ownerId, () => directory.LoadOfOwnerAsync(ownerId, cancellationToken), cancellationToken);

    /// <summary>Puts the keys of that organisation as they are now in place of those held.</summary>
    public ValueTask RefreshOrganisationAsync(string organisationId, CancellationToken cancellationToken)
        => RefreshManyAsync(r => r.Organisations.Add(organisationId), key => key.OrganisationId == organisationId, () => directory.LoadOfOrganisationAsync(organisationId, cancellationToken), cancellationToken);

    private async ValueTask RefreshManyAsync(Action<Refreshed> note, Func<ApiKey, bool> isOfThem, Func<IAsyncEnumerable<ApiKey>> read, CancellationToken cancellationToken)
    {
        await _oneRefresh.WaitAsync(cancellationToken);
        try
        {
            // Noted before the reading: a row of the first reading that comes from here on is looked at twice.
            lock (_gate)
            {
                if (_refreshed is not null) note(_refreshed);
            }

            var seen = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var key in read())
            {
                seen.Add(key.Id);
                Replace(key.Id, key);
            }

            foreach (var (id, key) in _byId)
            {
                // Those that did not come moved to someone else or are gone.
                if (isOfThem(key) && !seen.Contains(id)) Replace(id, await directory.LoadAsync(id, cancellationToken));
            }
        }
        finally
        {
            _oneRefresh.Release();
        }
    }

    private void Replace(string keyId, ApiKey? now)
    {
        lock (_gate)
        {
            _refreshed?.Keys.Add(keyId);
            var before = _byId.GetValueOrDefault(keyId);
            if (now is not null) Put(now);
            else _byId.TryRemove(keyId, out _);
            foreach (var credential in before?.Credentials ?? [])
            {
                if (now is null || now.Credentials.All(c => c.PublicId != credential.PublicId)) _byPublicId.TryRemove(credential.PublicId, out _);
            }

            // Last: whoever sees the new version finds the new key.
            Volatile.Write(ref _version, _version + 1);
        }
    }

    private void Put(ApiKey key)
    {
        _byId[key.Id] = key;
        foreach (var credential in key.Credentials) _byPublicId[credential.PublicId] = (key, credential);
    }

    public void Dispose() => _oneRefresh.Dispose();

    /// <summary>What was read anew while the first reading is under way.</summary>
    private sealed class Refreshed
    {
        public HashSet<string> Keys { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Owners { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Organisations { get; } = new(StringComparer.Ordinal);

        public bool MayBeOlder(ApiKey key) => Organisations.Contains(key.OrganisationId) || (key.OwnerId is { } owner && Owners.Contains(owner));
    }
}
