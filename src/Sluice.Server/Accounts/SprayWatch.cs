namespace Sluice.Server.Accounts;

/// <summary>
/// Notices one password being tried at many addresses, which no count per account shows. Counts the different addresses of failed sign-ins on this node
/// within a minute; known and unknown ones alike.
/// </summary>
internal sealed partial class SprayWatch(Management.ManagementOptions management, ILogger<SprayWatch> log)
{
    private const int AddressesKept = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private DateTimeOffset _silentUntil = DateTimeOffset.MinValue;

    /// <summary>Takes a failed sign-in in, and says whether the operator must be told now.</summary>
    public bool Note(string address, DateTimeOffset now)
    {
        int count;
        lock (_lock)
        {
            foreach (var old in _seen.Where(s => s.Value <= now - Window).Select(static s => s.Key).ToList())
                _seen.Remove(old);
            if (_seen.Count < AddressesKept)
                _seen[address] = now;
            count = _seen.Count;
            if (count < management.Accounts.SprayAddresses || now < _silentUntil)
                return false;
            _silentUntil = now + Silence;
        }

        LogSpray(count);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-ins failed at {Count} different addresses within a minute: somebody is trying passwords.")]
    private partial void LogSpray(int count);
}
