using System.Collections.Concurrent;
using System.Threading.Channels;
using Sluice.Gateway.Records;

namespace Sluice.Server.Storage.Records;

/// <summary>Hands records on to whoever follows them, as they are written on this node. A follower that is too slow loses the oldest and is told so.</summary>
public sealed class LiveRecords
{
    private const int BatchesMax = 64;
    private readonly ConcurrentDictionary<Follower, bool> _followers = new();

    internal Follower Follow() => new(this);

    /// <summary>Neither blocks nor throws.</summary>
    internal void Publish(IReadOnlyList<RequestRecord> records)
    {
        foreach (var (follower, _) in _followers) follower.Add(records);
    }

    internal sealed class Follower : IDisposable
    {
        private readonly LiveRecords _records;
        private readonly Channel<IReadOnlyList<RequestRecord>> _batches;
        private int _lost;

        public Follower(LiveRecords records)
        {
            _records = records;
            _batches = Channel.CreateBounded<IReadOnlyList<RequestRecord>>(new BoundedChannelOptions(BatchesMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Exchange(ref _lost, 1));
            records._followers[this] = true;
        }

        public ChannelReader<IReadOnlyList<RequestRecord>> Batches => _batches.Reader;

        /// <summary>Whether any were lost since this was asked last.</summary>
        public bool TakeLost() => Interlocked.Exchange(ref _lost, 0) == 1;

        public void Add(IReadOnlyList<RequestRecord> records) => _batches.Writer.TryWrite(records);

        public void Dispose() => _records._followers.TryRemove(this, out _);
    }
}
