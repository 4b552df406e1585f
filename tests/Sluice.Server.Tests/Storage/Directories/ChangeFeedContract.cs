using System.Data.Common;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Changes;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Tests.Storage.Directories;

/// <summary>What the change feed promises, on every provider.</summary>
public abstract class ChangeFeedContract(IStorageBackend backend)
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly Listener _listener = new();
    private readonly LogLines<ChangeFeed> _log = new();

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_published_change_is_told_before_publishing_returns()
    {
        await using var database = await PreparedAsync();
        using var feed = Feed(database);
        await feed.PrimeAsync(Token);
        await AddAsync(database, "key", "key_1");
        await AddAsync(database, "upstream", "ups_1");
        await feed.PublishedAsync(Token);
        _listener.Told.ShouldBe(["key_1", "upstreams"]);
    }

    [Fact]
    public async Task Changes_of_owners_and_organisations_are_told_after_those_of_single_keys()
    {
        await using var database = await PreparedAsync();
        using var feed = Feed(database);
        await feed.PrimeAsync(Token);
        await AddAsync(database, "organisation", "org_1");
        await AddAsync(database, "owner", "acc_1");
        await AddAsync(database, "owner", "acc_1");
        await AddAsync(database, "something of a later version", "x");
        await AddAsync(database, "key", "key_1");
        await feed.PublishedAsync(Token);
        _listener.Told.ShouldBe(["key_1", "owner acc_1", "organisation org_1"]);
    }

    [Fact]
    public async Task A_change_is_told_once_and_many_of_one_kind_together()
    {
        await using var database = await PreparedAsync();
        using var feed = Feed(database);
        await feed.PrimeAsync(Token);
        for (var i = 0; i < 3; i++)
        {
            await AddAsync(database, "key", "key_1");
            await AddAsync(database, "upstream", $"ups_{i}");
        }
        await feed.PublishedAsync(Token);
        await feed.PublishedAsync(Token);
        _listener.Told.ShouldBe(["key_1", "upstreams"]);
    }

    [Fact]
    public async Task What_was_there_before_priming_is_not_told()
    {
        await using var database = await PreparedAsync();
        await AddAsync(database, "key", "key_old");
        using var feed = Feed(database);
        await feed.PrimeAsync(Token);
        await AddAsync(database, "key", "key_new");
        await feed.PublishedAsync(Token);
        _listener.Told.ShouldBe(["key_new"]);
    }

    [Fact]
    public async Task More_changes_than_one_reading_takes_are_all_told()
    {
        await using var database = await PreparedAsync();
        using var feed = Feed(database);
        await feed.PrimeAsync(Token);
        await using (var db = database.CreateContext())
        {
            for (var i = 0; i < 2_500; i++) db.Add(new ChangeRow { Kind = "key", SubjectId = $"key_{i}", AtMs = 1 });
            await db.SaveChangesAsync(Token);
        }
        await feed.PublishedAsync(Token);
        _listener.Told.Count.ShouldBe(2_500);
    }

    [Fact]
    public async Task A_listener_that_fails_is_told_again()
    {
        await using var database = await PreparedAsync();
        using var feed = Feed(database);
        await feed.PrimeAsync(Token);
        await AddAsync(database, "key", "key_1");
        _listener.Fail = true;
        await Should.ThrowAsync<InvalidOperationException>(() => feed.PublishedAsync(Token));
        _listener.Fail = false;
        await feed.StartAsync(Token);
        await AdvanceUntilAsync(() => _listener.Told.Count > 0);
        await feed.StopAsync(Token);
        _listener.Told.ShouldBe(["key_1"]);
    }

    [Fact]
    public async Task Old_changes_are_removed_and_new_ones_still_told()
    {
        await using var database = await PreparedAsync();
        using var feed = Feed(database);
        await feed.PrimeAsync(Token);
        await AddAsync(database, "key", "key_old", _time.GetUtcNow().AddDays(-8));
        await AddAsync(database, "key", "key_kept", _time.GetUtcNow());
        await feed.PublishedAsync(Token);
        await feed.StartAsync(Token);
        await AdvanceUntilAsync(() => Subjects(database).SequenceEqual(["key_kept"]));
        await feed.StopAsync(Token);
        await AddAsync(database, "key", "key_new", _time.GetUtcNow());
        await feed.PublishedAsync(Token);
        _listener.Told.ShouldBe(["key_old", "key_kept", "key_new"]);
    }

    protected ChangeFeed Feed(SluiceDatabase database, IChangeListener? listener = null) => new(database, [listener ?? _listener], _time, _log);

    protected async Task AdvanceUntilAsync(Func<bool> condition)
    {
        // Steps of fake time; the real waits only let the loop's work be done.
        for (var i = 0; i < 2_000 && !condition(); i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(5, Token);
        }
        condition().ShouldBeTrue();
    }

    protected static async Task AddAsync(SluiceDatabase database, string kind, string subject, DateTimeOffset? at = null)
    {
        await using var db = database.CreateContext();
        db.Add(new ChangeRow { Kind = kind, SubjectId = subject, AtMs = (at ?? DateTimeOffset.MaxValue).ToUnixTimeMilliseconds() });
        await db.SaveChangesAsync(Token);
    }

    protected async Task<SluiceDatabase> PreparedAsync()
    {
        var database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await database.PrepareAsync(Token);
        return database;
    }

    private static List<string> Subjects(SluiceDatabase database)
    {
        using var db = database.CreateContext();
        return [.. db.Changes.OrderBy(c => c.Seq).Select(c => c.SubjectId)];
    }

    protected sealed class Listener : IChangeListener
    {
        private readonly List<string> _told = [];

        public bool Fail { get; set; }

        public IReadOnlyList<string> Told
        {
            get { lock (_told) return [.. _told]; }
        }

        public ValueTask KeyChangedAsync(string keyId, CancellationToken cancellationToken) => Add(keyId);

        public ValueTask OwnerChangedAsync(string ownerId, CancellationToken cancellationToken) => Add("owner " + ownerId);

        public ValueTask OrganisationChangedAsync(string organisationId, CancellationToken cancellationToken) => Add("organisation " + organisationId);

        public ValueTask UpstreamsChangedAsync(CancellationToken cancellationToken) => Add("upstreams");

        private ValueTask Add(string what)
        {
            if (Fail) throw new InvalidOperationException("The listener fails on purpose.");
            lock (_told) _told.Add(what);
            return ValueTask.CompletedTask;
        }
    }
}

public sealed class SqliteChangeFeedTests : ChangeFeedContract, IDisposable
{
    private readonly SqliteBackend _backend;

    public SqliteChangeFeedTests() : this(new SqliteBackend()) { }

    private SqliteChangeFeedTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public void Dispose() => _backend.Dispose();
}

public sealed class PostgresChangeFeedTests() : ChangeFeedContract(new PostgresBackend())
{
    [Fact]
    public async Task A_change_of_another_node_is_told_by_polling()
    {
        await using var database = await PreparedAsync();
        var listener = new Listener();
        using var feed = Feed(database, listener);
        await feed.PrimeAsync(Token);
        await feed.StartAsync(Token);
        await AddAsync(database, "key", "key_1");
        await AdvanceUntilAsync(() => listener.Told.Count > 0);
        await feed.StopAsync(Token);
        listener.Told.ShouldBe(["key_1"]);
    }

    [Fact]
    public async Task A_lower_number_that_is_committed_after_a_higher_one_is_told()
    {
        await using var database = await PreparedAsync();
        var listener = new Listener();
        using var feed = Feed(database, listener);
        await feed.PrimeAsync(Token);
        await using var slow = await database.OpenAsync(Token);
        await using var transaction = await slow.BeginTransactionAsync(Token);
        await using (DbCommand command = slow.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = "insert into changes (kind, subject_id, at_ms) values ('key', 'key_slow', 1)";
            await command.ExecuteNonQueryAsync(Token);
        }
        await AddAsync(database, "key", "key_fast");
        await feed.PublishedAsync(Token);
        await transaction.CommitAsync(Token);
        await feed.PublishedAsync(Token);
        listener.Told.ShouldBe(["key_fast", "key_slow"]);
    }
}
