using System.Runtime.CompilerServices;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Tests.Keys;

/// <summary>A directory whose rows change while they are read, as a database's do: each reading shows the rows of the moment it began.</summary>
internal sealed class ScriptedDirectory : IKeyDirectory
{
    private readonly Dictionary<string, ApiKey> _rows = new(StringComparer.Ordinal);
    private int _readings;
    private int _finds;

    /// <summary>Awaited before a row of <see cref="LoadAllAsync"/> is handed over.</summary>
    public Func<ApiKey, Task> BeforeRow { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited by <see cref="FindAsync"/> when it has read, before it answers.</summary>
    public Func<string, CancellationToken, Task> AfterFind { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Thrown by every reading.</summary>
    public Exception? Failure { get; set; }

    public int Readings => Volatile.Read(ref _readings);

    public int Finds => Volatile.Read(ref _finds);

    public IReadOnlyList<ApiKey> Rows
    {
        get { lock (_rows) return [.. _rows.Values.OrderBy(k => k.Id, StringComparer.Ordinal)]; }
    }

    public static ApiKey Key(string id, string? owner = null, string organisation = "org_1", string? publicId = null, bool enabled = true) => new()
    {
        Id = id,
        Kind = KeyKind.Production,
        OrganisationId = organisation,
        ProjectId = "prj_1",
        TimeZone = TimeZoneInfo.Utc,
        Credentials = [new KeyCredential(publicId ?? "pub_" + id, new byte[KeyCredential.HashLength], 1, null)],
        Enabled = enabled,
        OwnerId = owner,
    };

    public void Put(params ReadOnlySpan<ApiKey> keys)
    {
        lock (_rows)
        {
            foreach (var key in keys) _rows[key.Id] = key;
        }
    }

    public void Remove(string id)
    {
        lock (_rows) _rows.Remove(id);
    }

    public async IAsyncEnumerable<ApiKey> LoadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var key in Read(_ => true))
        {
            await BeforeRow(key).WaitAsync(cancellationToken);
            yield return key;
        }
    }

    public async IAsyncEnumerable<ApiKey> LoadOfOwnerAsync(string ownerId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var key in Read(k => k.OwnerId == ownerId))
        {
            await Task.Yield();
            yield return key;
        }
    }

    public async IAsyncEnumerable<ApiKey> LoadOfOrganisationAsync(string organisationId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var key in Read(k => k.OrganisationId == organisationId))
        {
            await Task.Yield();
            yield return key;
        }
    }

    public async ValueTask<ApiKey?> LoadAsync(string keyId, CancellationToken cancellationToken)
    {
        var key = Read(k => k.Id == keyId).SingleOrDefault();
        await Task.Yield();
        return key;
    }

    public async ValueTask<ApiKey?> FindAsync(string publicId, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _finds);
        var key = Read(k => k.Credentials.Any(c => c.PublicId == publicId)).SingleOrDefault();
        await AfterFind(publicId, cancellationToken);
        return key;
    }

    private List<ApiKey> Read(Func<ApiKey, bool> where)
    {
        Interlocked.Increment(ref _readings);
        if (Failure is { } failure) throw failure;
        lock (_rows) return [.. _rows.Values.Where(where).OrderBy(k => k.Id, StringComparer.Ordinal)];
    }
}
