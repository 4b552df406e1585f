using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Keys;

/// <summary>
/// Remembers which header text was found to be which secret. The web server hands out the same string, not only an equal one, for a header that
/// repeats on a connection; so a look at two references spares the keyed hash from the second call on. Whether the key may be used is
/// asked anew each time, and a key that changed has other credentials and is hashed again.
/// </summary>
public sealed class VerifiedKeys
{
    private const int Slots = 1024;
    private readonly Entry?[] _entries = new Entry?[Slots];

    public bool Knows(string header, KeyCredential credential)
    {
        var entry = Volatile.Read(ref _entries[Slot(header)]);
        return entry is not null && ReferenceEquals(entry.Header, header) && ReferenceEquals(entry.Credential, credential);
    }

    public void Remember(string header, KeyCredential credential) => Volatile.Write(ref _entries[Slot(header)], new Entry(header, credential));

    private static int Slot(string header) => RuntimeHelpers.GetHashCode(header) & (Slots - 1);

    private sealed class Entry(string header, KeyCredential credential)
    {
        public string Header { get; } = header;
        public KeyCredential Credential { get; } = credential;
    }
}
