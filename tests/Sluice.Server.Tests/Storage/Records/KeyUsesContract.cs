using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Records;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;
using static Sluice.Server.Tests.Storage.Records.SampleRecords;

namespace Sluice.Server.Tests.Storage.Records;

/// <summary>The last use of keys, on every provider.</summary>
public abstract class KeyUsesContract(IStorageBackend backend) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-uses-").FullName;
    private readonly FakeTimeProvider _time = new(Noon);
    private SluiceDatabase _database = null!;
    private RecordStorage _store = null!;
    private KeyUses _uses = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await _database.PrepareAsync(Token);
        _store = RecordStorage.Open(_database, Path.Combine(_folder, "records.db"), "node-1", TimeProvider.System);
        await _store.PrepareAsync(Token);
        _uses = NewUses(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _uses.DisposeAsync();
        await _store.DisposeAsync();
        await _database.DisposeAsync();
        (backend as IDisposable)?.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_newest_of_many_calls_is_the_last_use_in_whatever_order_they_come()
    {
        await _store.WriteAsync(Batch(Call("key_1", 5, "10.0.0.5"), Call("key_1", 9, "10.0.0.9"), Call("key_1", 7, "10.0.0.7"), Call("key_2", 1, "10.0.0.1")), Token);
        await _uses.FlushAsync(Token);
        (await UseAsync("key_1")).ShouldBe((Ms(9), "10.0.0.9", 3));
        (await UseAsync("key_2")).ShouldBe((Ms(1), "10.0.0.1", 1));
        await _store.WriteAsync(Batch(Call("key_1", 8, "10.0.0.8")), Token);
        await _uses.FlushAsync(Token);
        (await UseAsync("key_1")).ShouldBe((Ms(9), "10.0.0.9", 4));
        await _store.WriteAsync(Batch(Call("key_1", 10, "10.0.0.10")), Token);
        await _uses.FlushAsync(Token);
        (await UseAsync("key_1")).ShouldBe((Ms(10), "10.0.0.10", 5));
    }

    [Theory]
    [InlineData("Authenticate", false)]
    [InlineData("CheckNetwork", false)]
    [InlineData("CheckSignature", false)]
    [InlineData("CheckPermission", true)]
    [InlineData("TakeLimits", true)]
    [InlineData(null, true)]
    public async Task A_call_that_was_not_let_in_is_no_use(string? stoppedBy, bool isUse)
    {
        var call = Call("key_1", 1, "10.0.0.1");
        call.StoppedBy = stoppedBy;
        await _store.WriteAsync(Batch(call, Bare()), Token);
        await _uses.FlushAsync(Token);
        (await UseAsync("key_1") is not null).ShouldBe(isUse);
    }

    [Fact]
    public async Task It_is_written_by_itself_a_moment_later()
    {
        await _uses.StartAsync(Token);
        await _store.WriteAsync(Batch(Call("key_1", 1, "10.0.0.1")), Token);
        // The timer may not be set yet when the clock moves first.
        for (var i = 0; await UseAsync("key_1") is null; i++)
        {
            i.ShouldBeLessThan(500);
            _time.Advance(TimeSpan.FromSeconds(2));
            await Task.Delay(10, Token);
        }
    }

    [Fact]
    public async Task What_is_left_is_written_at_the_end()
    {
        await _store.WriteAsync(Batch(Call("key_1", 1, "10.0.0.1")), Token);
        await _uses.DisposeAsync();
        (await UseAsync("key_1")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_database_that_is_away_holds_up_no_records_and_nothing_is_lost_when_it_comes_back()
    {
        await ExecuteAsync("alter table key_uses rename to key_uses_away");
        for (var i = 1; i <= 3; i++)
        {
            var call = Call("key_1", i, $"10.0.0.{i}");
            await _store.WriteAsync(Batch(call), Token);
            (await _store.Reader.GetAsync(null, call.RequestId, Token)).ShouldNotBeNull();
            await Should.ThrowAsync<System.Data.Common.DbException>(() => _uses.FlushAsync(Token));
        }

        await ExecuteAsync("alter table key_uses_away rename to key_uses");
        await _uses.FlushAsync(Token);
        (await UseAsync("key_1")).ShouldBe((Ms(3), "10.0.0.3", 3));
    }

    [Fact]
    public async Task Memory_is_bounded_while_the_database_is_away()
    {
        await using var bounded = new KeyUses(_database, _store, _time, NullLogger<KeyUses>.Instance, keysMax: 100);
        bounded.Add([.. Enumerable.Range(0, 110).Select(i => Call($"key_{i:D3}", 1, "10.0.0.1"))]);
        bounded.Add([Call("key_000", 2, "10.0.0.2"), Call("key_109", 2, "10.0.0.2")]);
        await bounded.FlushAsync(Token);
        await using var db = _database.CreateContext();
        (await db.KeyUses.CountAsync(Token)).ShouldBe(100);
        (await UseAsync("key_000")).ShouldBe((Ms(2), "10.0.0.2", 2));
    }

    [Fact]
    public async Task Two_nodes_that_write_the_same_keys_do_not_wait_for_each_other_for_ever()
    {
        await using var other = new KeyUses(_database, _store, TimeProvider.System, NullLogger<KeyUses>.Instance);
        var keys = Enumerable.Range(0, 500).Select(i => $"key_{i}").ToList();
        for (var round = 0; round < 5; round++)
        {
            _uses.Add([.. keys.Select(k => Call(k, round, "10.0.0.1"))]);
            other.Add([.. keys.AsEnumerable().Reverse().Select(k => Call(k, round, "10.0.0.2"))]);
            await Task.WhenAll(Task.Run(() => _uses.FlushAsync(Token), Token), Task.Run(() => other.FlushAsync(Token), Token));
        }

        await using var db = _database.CreateContext();
        (await db.KeyUses.AllAsync(u => u.Calls == 10, Token)).ShouldBeTrue();
    }

    private KeyUses NewUses(SluiceDatabase database) => new(database, _store, _time, NullLogger<KeyUses>.Instance);

    private static long Ms(int seconds) => Noon.AddSeconds(seconds).ToUnixTimeMilliseconds();

    private static RequestRecord Call(string key, int seconds, string ip)
    {
        var record = Full(Noon.AddSeconds(seconds), key);
        record.StoppedBy = null;
        record.ClientIp = ip;
        return record;
    }

    private async Task<(long, string, long)?> UseAsync(string key)
    {
        await using var db = _database.CreateContext();
        return await db.KeyUses.AsNoTracking().SingleOrDefaultAsync(u => u.KeyId == key, Token) is { } use ? (use.LastUsedAtMs, use.LastIp, use.Calls) : null;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _database.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }
}

public sealed class SqliteKeyUsesTests() : KeyUsesContract(new SqliteBackend());

public sealed class PostgresKeyUsesTests() : KeyUsesContract(new PostgresBackend());
