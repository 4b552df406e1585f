namespace Sluice.Gateway.Keys;

/// <summary>
/// The secrets that key hashes are made with, kept outside the database: the current one, and earlier ones whose hashes still stand.
/// Immutable; prints nothing of them.
/// </summary>
public sealed class Peppers
{
    /// <summary>Bytes that a pepper has at least.</summary>
    public const int BytesMin = 32;

    private readonly (int Version, byte[] Secret)[] _all;

    /// <param name="currentVersion">1 or more; kept with each hash.</param>
    /// <param name="current">The pepper for new hashes, at least 32 bytes.</param>
    /// <param name="previous">Earlier versions, which are only verified with.</param>
    /// <exception cref="ArgumentException">A pepper is shorter than 32 bytes, or a version is below 1 or given twice.</exception>
    public Peppers(int currentVersion, ReadOnlySpan<byte> current, params IReadOnlyList<(int Version, byte[] Secret)> previous)
    {
        _all = new (int, byte[])[previous.Count + 1];
        _all[0] = (currentVersion, current.ToArray());
        for (var i = 0; i < previous.Count; i++) _all[i + 1] = (previous[i].Version, [.. previous[i].Secret]);
        for (var i = 0; i < _all.Length; i++)
        {
            var (version, secret) = _all[i];
            if (version < 1) throw new ArgumentException($"Pepper version {version} is not allowed: versions begin at 1.", nameof(previous));
            if (secret.Length < BytesMin)
                throw new ArgumentException($"Pepper version {version} has {secret.Length} bytes; at least {BytesMin} are needed.", nameof(previous));
            if (!secret.AsSpan().ContainsAnyExcept((byte)0))
                throw new ArgumentException($"Pepper version {version} is all zeros.", nameof(previous));
            for (var j = 0; j < i; j++)
                if (_all[j].Version == version) throw new ArgumentException($"Pepper version {version} is given twice.", nameof(previous));
        }
    }

    /// <summary>The version that new hashes are made with.</summary>
    public int CurrentVersion => _all[0].Version;

    internal ReadOnlySpan<byte> Current => _all[0].Secret;

    internal bool TryGet(int version, out ReadOnlySpan<byte> secret)
    {
        foreach (var (v, s) in _all)
        {
            if (v != version) continue;
            secret = s;
            return true;
        }
        secret = default;
        return false;
    }
}
