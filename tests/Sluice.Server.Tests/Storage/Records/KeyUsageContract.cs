using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Tests.Storage.Records;

/// <summary>What keys were used for, on every provider.</summary>
public abstract class KeyUsageContract(IStorageBackend backend)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private long _position;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_are_added_up_by_route_and_model_over_all_days()
    {
        await using var bed = await OpenAsync();
        await WriteAsync(bed, Call("key_1", Now), Call("key_1", Now.AddDays(-40)), Call("key_1", Now.AddDays(-1), model: "m2"), Call("key_1", Now.AddDays(-2), "GET /v1/models", null), Call("key_2", Now.AddDays(-3)));
        (await UsageAsync(bed, Now.AddDays(-90), "key_1")).ShouldBe(
        [
            new("key_1", "GET /v1/models", null, 1, Ms(Now.AddDays(-2))),
            new("key_1", "POST /v1/chat/completions", "m1", 2, Ms(Now)),
            new("key_1", "POST /v1/chat/completions", "m2", 1, Ms(Now.AddDays(-1))),
        ]);
        (await UsageAsync(bed, Now.AddDays(-90), "key_1", "key_2", "key_3")).Select(u => (u.KeyId, u.Calls)).ShouldBe([("key_1", 1), ("key_1", 2), ("key_1", 1), ("key_2", 1)]);
        (await UsageAsync(bed, Now.AddDays(-90))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Calls_before_the_instant_do_not_count_to_the_millisecond()
    {
        await using var bed = await OpenAsync();
        await WriteAsync(bed, Call("key_1", Now.AddMilliseconds(-1)), Call("key_1", Now, model: "at"), Call("key_1", Now.AddHours(1), model: "after"));
        (await UsageAsync(bed, Now, "key_1")).Select(u => u.Model).ShouldBe(["after", "at"]);
    }

    [Theory]
    [InlineData(CallState.Refused, 401, false)]
    [InlineData(CallState.Refused, 429, false)]
    [InlineData(CallState.Released, 502, false)]
    [InlineData(CallState.Released, 200, true)]
    [InlineData(CallState.Settled, 200, true)]
    [InlineData(CallState.Settled, 400, true)]
    [InlineData(CallState.Estimated, 499, true)]
    public async Task Only_calls_that_were_let_through_are_use(CallState state, int status, bool counts)
    {
        await using var bed = await OpenAsync();
        await WriteAsync(bed, Call("key_1", Now, state: state, status: status));
        (await UsageAsync(bed, Now.AddDays(-1), "key_1")).Count.ShouldBe(counts ? 1 : 0);
    }

    [Fact]
    public async Task More_keys_than_one_statement_takes_are_all_counted()
    {
        await using var bed = await OpenAsync();
        string[] keys = [.. Enumerable.Range(0, 450).Select(i => $"key_{i:D3}")];
        await WriteAsync(bed, [.. keys.Select((k, i) => Call(k, Now.AddDays(-(i % 3))))]);
        (await UsageAsync(bed, Now.AddDays(-10), keys)).Select(u => u.KeyId).Distinct().Count().ShouldBe(450);
    }

    [Fact]
    public async Task It_adds_up_as_plain_counting_does()
    {
        await using var bed = await OpenAsync();
        for (var seed = 1; seed <= 5; seed++)
        {
            var random = new Random(seed);
            var records = Enumerable.Range(0, 60).Select(_ => Call($"key_{seed}_{random.Next(4)}", Now.AddMinutes(-random.Next(60 * 24 * 20)), $"POST /r{random.Next(3)}", random.Next(4) == 0 ? null : $"m{random.Next(3)}",
                (CallState)random.Next(1, 5), random.Next(2) == 0 ? 200 : 500)).ToArray();
            await WriteAsync(bed, records);
            var since = Now.AddMinutes(-random.Next(60 * 24 * 20));
            string[] keys = [$"key_{seed}_0", $"key_{seed}_2"];
            var expected = records.Where(r => keys.Contains(r.KeyId) && r.StartedAtMs >= Ms(since) && (r.Counts || r.Status == 200))
                .GroupBy(r => (r.KeyId, r.Endpoint, r.ModelAsked)).Select(g => new KeyUsage(g.Key.KeyId!, g.Key.Endpoint, g.Key.ModelAsked, g.Count(), g.Max(r => r.StartedAtMs)));
            (await UsageAsync(bed, since, keys)).ShouldBe(Sorted(expected), $"seed {seed}");
        }
    }

    private static async Task<IReadOnlyList<KeyUsage>> UsageAsync(Bed bed, DateTimeOffset since, params string[] keys) => Sorted(await bed.Records.Reader.UsageAsync(keys, Ms(since), Token));

    private static IReadOnlyList<KeyUsage> Sorted(IEnumerable<KeyUsage> usage) => [.. usage.OrderBy(u => u.KeyId).ThenBy(u => u.Endpoint).ThenBy(u => u.Model, StringComparer.Ordinal)];

    private static RequestRecord Call(string keyId, DateTimeOffset at, string endpoint = "POST /v1/chat/completions", string? model = "m1", CallState state = CallState.Settled, int status = 200) => new()
    {
        RequestId = RequestIdsOfTests.At(at), StartedAtMs = Ms(at), State = state, OrganisationId = "org_1", ProjectId = "prj_1", KeyId = keyId, Day = DateOnly.FromDateTime(at.UtcDateTime).DayNumber, ClientIp = "127.0.0.1",
        Endpoint = endpoint, ModelAsked = model, ModelUsed = "something else", Status = status, StageTimesUs = [], FirstByteUs = 1, TotalUs = 2, TokenSource = TokenSource.Reported,
    };

    private static long Ms(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    private Task WriteAsync(Bed bed, params RequestRecord[] records) => bed.Records.WriteAsync(new LedgerBatch(records, [], [], new JournalPosition(1, ++_position)), Token).AsTask();

    private async Task<Bed> OpenAsync()
    {
        var database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await database.PrepareAsync(Token);
        var folder = Directory.CreateTempSubdirectory("sluice-usage-").FullName;
        var records = RecordStorage.Open(database, Path.Combine(folder, "records.db"), "node-1", TimeProvider.System);
        await records.PrepareAsync(Token);
        return new Bed(database, records, folder);
    }

    private sealed record Bed(SluiceDatabase Database, RecordStorage Records, string Folder) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Records.DisposeAsync();
            await Database.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }
}

public sealed class SqliteKeyUsageTests : KeyUsageContract, IDisposable
{
    private readonly SqliteBackend _backend;

    public SqliteKeyUsageTests() : this(new SqliteBackend()) { }

    private SqliteKeyUsageTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public void Dispose() => _backend.Dispose();
}

public sealed class PostgresKeyUsageTests() : KeyUsageContract(new PostgresBackend());
