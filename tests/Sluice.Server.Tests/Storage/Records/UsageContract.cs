using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;
using Sluice.Server.Storage.Records.Usage;

namespace Sluice.Server.Tests.Storage.Records;

/// <summary>The roll-ups are what the records add up to, on every provider.</summary>
public abstract class UsageContract(IStorageBackend backend) : IAsyncLifetime
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-usage-").FullName;
    private SluiceDatabase _database = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected RecordStorage Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        Store = await OpenAsync("node-1");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task They_equal_a_plain_count_of_the_records_whatever_came_twice(int seed)
    {
        var random = new Random(seed);
        var records = new List<RequestRecord>();
        for (var batch = 0; batch < 12; batch++)
        {
            var some = Enumerable.Range(0, random.Next(1, 80)).Select(_ => Any(random)).ToList();
            // Replayed: ids of earlier batches with another outcome, and the same id twice in one batch.
            var again = records.OrderBy(_ => random.Next()).Take(10).Select(r => Any(random, r.RequestId)).Append(Any(random, some[0].RequestId)).ToList();
            await WriteAsync([.. some, .. again]);
            records.AddRange(some);
        }

        foreach (var byMinute in new[] { true, false })
        {
            foreach (var dimension in Enum.GetValues<UsageDimension>())
            {
                var all = new UsageFilter("org_1", Ms(Begin), Ms(Begin.AddHours(5)), byMinute);
                await ShouldEqualAsync(records, all, dimension, byMinute ? 60_000 : 3_600_000);
                await ShouldEqualAsync(records, all with { ProjectIds = ["prj_1"], Models = ["m0", "asked"] }, dimension, null);
                if (dimension is UsageDimension.Key)
                    (await Store.Reader.Usage.GroupsAsync(all, dimension, Token)).ShouldBe(records.Where(r => r.OrganisationId == "org_1").GroupBy(r => r.KeyId!).Select(g => (g.Key, (long)g.Count())).OrderByDescending(g => g.Item2).ThenBy(g => g.Key, StringComparer.Ordinal));
            }

            var narrow = new UsageFilter("org_1", Ms(Begin.AddHours(1)), Ms(Begin.AddHours(3)), byMinute) { ProjectIds = ["prj_0"], KeyIds = ["key_0", "key_1"], Models = ["m1", ""] };
            await ShouldEqualAsync(records, narrow, UsageDimension.Key, null);
            await ShouldEqualAsync(records, narrow with { ProjectIds = [] }, UsageDimension.Key, null);
            await ShouldEqualAsync(records, narrow with { ProjectIds = null, Windows = [new RecordWindow(["prj_1"], Ms(Begin.AddHours(2))), new RecordWindow(["prj_0"], null)] }, UsageDimension.Key, 3_600_000);
            await ShouldEqualAsync(records, narrow with { OrganisationId = "org_2" }, UsageDimension.Project, null);
            var errors = await Store.Reader.Usage.ErrorsAsync(new UsageFilter("org_1", Ms(Begin), Ms(Begin.AddHours(5)), byMinute), 20, Token);
            errors.ShouldBe(records.Where(r => r is { OrganisationId: "org_1", ErrorCode: not null }).GroupBy(r => r.ErrorCode!).Select(g => (g.Key, (long)g.Count()))
                .OrderByDescending(e => e.Item2).ThenBy(e => e.Key, StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Percentiles_lie_in_the_same_class_as_the_exact_ones_after_any_number_of_batches()
    {
        var random = new Random(7);
        var all = new List<long>();
        // More batches than the bytes of one row may grow with.
        for (var batch = 0; batch < 40; batch++)
        {
            var records = Enumerable.Range(0, 60).Select(_ => Timed((long)Math.Exp(random.NextDouble() * 20))).ToArray();
            all.AddRange(records.Select(r => r.TotalUs));
            await WriteAsync(records);
        }

        all.Sort();
        foreach (var byMinute in new[] { true, false })
        {
            var slice = (await Store.Reader.Usage.SlicesAsync(new UsageFilter("org_1", Ms(Begin), Ms(Begin.AddHours(1)), byMinute), UsageDimension.None, null, null, Token)).ShouldHaveSingleItem();
            slice.Latencies.Total.ShouldBe(all.Count);
            foreach (var part in new[] { 0.0, 0.5, 0.9, 0.95, 0.99, 1.0 })
            {
                var exact = all[Math.Max(0, (int)Math.Ceiling(part * all.Count) - 1)];
                LatencyClasses.Of(slice.Latencies.Percentile(part)!.Value).ShouldBe(LatencyClasses.Of(exact), $"p{part * 100}");
            }
        }
    }

    [Fact]
    public async Task A_batch_that_fails_is_not_counted()
    {
        var bad = Timed(1);
        bad.Endpoint = null!;
        await Should.ThrowAsync<System.Data.Common.DbException>(() => WriteAsync(Timed(1), bad));
        await WriteAsync(Timed(1));
        var slice = (await Store.Reader.Usage.SlicesAsync(new UsageFilter("org_1", Ms(Begin), Ms(Begin.AddHours(1)), true), UsageDimension.None, null, null, Token)).ShouldHaveSingleItem();
        slice.Sums[UsageSum.Calls].ShouldBe(1);
    }

    [Fact]
    public async Task Strangers_and_names_that_no_model_has_leave_no_rows()
    {
        var stranger = Timed(1);
        stranger.OrganisationId = null;
        var invented = Timed(1);
        (invented.ModelUsed, invented.ModelAsked, invented.ErrorCode, invented.Status, invented.State) = (null, "made up", "model_not_found", 404, CallState.Refused);
        await WriteAsync(stranger, invented);
        (await Store.Reader.Usage.SlicesAsync(new UsageFilter("org_1", Ms(Begin), Ms(Begin.AddHours(1)), true), UsageDimension.Model, null, null, Token)).Select(s => s.Group).ShouldBe([""]);
        (await Store.Reader.Usage.SlicesAsync(new UsageFilter("", Ms(Begin), Ms(Begin.AddHours(1)), true), UsageDimension.None, null, null, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Groups_that_are_not_named_are_one()
    {
        var (a, b, c) = (Timed(1), Timed(1), Timed(1));
        (a.KeyId, b.KeyId, c.KeyId) = ("key_a", "key_b", "key_c");
        await WriteAsync(a, b, c);
        var filter = new UsageFilter("org_1", Ms(Begin), Ms(Begin.AddHours(1)), true);
        (await Store.Reader.Usage.SlicesAsync(filter, UsageDimension.Key, null, ["key_b"], Token)).Select(s => (s.Group, s.Sums[UsageSum.Calls])).ShouldBe([("key_b", 1L), (null, 2L)], ignoreOrder: true);
        (await Store.Reader.Usage.SlicesAsync(filter, UsageDimension.Key, null, [], Token)).Select(s => (s.Group, s.Sums[UsageSum.Calls])).ShouldBe([(null, 3L)]);
    }

    [Fact]
    public async Task Hours_go_with_the_records_and_minutes_after_three_days()
    {
        var now = DateTimeOffset.UtcNow;
        var days = new[] { 0, 2, 5, 20 }.Select(back => At(now.AddDays(-back))).ToArray();
        var other = At(now.AddDays(-20));
        other.OrganisationId = "org_2";
        await WriteAsync([.. days, other]);
        await Store.DropBeforeAsync(RecordDays.OfMs(Ms(now.AddDays(-10))), Token);
        async Task<long> CallsAsync(string organisation, bool byMinute) =>
            (await Store.Reader.Usage.SlicesAsync(new UsageFilter(organisation, 0, Ms(now.AddDays(1)), byMinute), UsageDimension.None, null, null, Token)).Sum(s => s.Sums[UsageSum.Calls]);
        (await CallsAsync("org_1", byMinute: false), await CallsAsync("org_1", byMinute: true), await CallsAsync("org_2", byMinute: false)).ShouldBe((3, 2, 0));
    }

    [Fact]
    public async Task A_question_reads_a_range_of_the_primary_key_and_nothing_else()
    {
        await WriteAsync([.. Enumerable.Range(0, 500).Select(i => At(Begin.AddHours(i), key: $"key_{i % 3}"))]);
        await using var connection = await OpenRecordsAsync();
        await using var command = UsageReader.SlicesCommand(connection, new UsageFilter("org_1", Ms(Begin.AddHours(100)), Ms(Begin.AddHours(110)), false) { ProjectIds = ["prj_1"] }, UsageDimension.Key, 3_600_000, ["key_1"]);
        (await PlanAsync(command)).ShouldBeNull();
    }

    /// <summary>What is wrong with how the database goes about it, or <see langword="null"/>.</summary>
    protected abstract Task<string?> PlanAsync(System.Data.Common.DbCommand command);

    protected virtual ValueTask<System.Data.Common.DbConnection> OpenRecordsAsync() => _database.OpenAsync(Token);

    protected string RecordsPath => Path.Combine(_folder, "records.db");

    protected async Task<RecordStorage> OpenAsync(string node)
    {
        var store = RecordStorage.Open(_database, RecordsPath, node, TimeProvider.System);
        await store.PrepareAsync(Token);
        return store;
    }

    private async Task ShouldEqualAsync(IReadOnlyList<RequestRecord> records, UsageFilter filter, UsageDimension dimension, long? step)
    {
        var grain = filter.ByMinute ? 60_000 : 3_600_000;
        long Bucket(RequestRecord r) => r.StartedAtMs / grain * grain;
        string Model(RequestRecord r) => r.ModelUsed ?? r.ModelAsked ?? "";
        var expected = records.Where(r => r.OrganisationId == filter.OrganisationId && Bucket(r) >= filter.FromMs && Bucket(r) < filter.ToMs
                && filter.ProjectIds?.Contains(r.ProjectId!) != false && filter.KeyIds?.Contains(r.KeyId!) != false && filter.Models?.Contains(Model(r)) != false
                && (filter.Windows is null || filter.Windows.Any(w => w.ProjectIds?.Contains(r.ProjectId!) != false && (w.FromMs is null || Bucket(r) >= w.FromMs))))
            .GroupBy(r => (At: step is { } s ? r.StartedAtMs / s * s : 0, Group: dimension switch
            {
                UsageDimension.Project => r.ProjectId,
                UsageDimension.Key => r.KeyId,
                UsageDimension.Model => Model(r),
                UsageDimension.Upstream => r.UpstreamName ?? "",
                _ => null,
            }, Currency: r.CostNano is null ? "" : r.Currency!))
            .Select(g => $"{g.Key} {g.Count()} ok {g.Count(r => r.Status < 400)} 4xx {g.Count(r => r.Status is >= 400 and < 500 and not 429)} 429 {g.Count(r => r.Status == 429)} 5xx {g.Count(r => r.Status >= 500)} "
                + $"est {g.Count(r => r.State is CallState.Estimated || r.TokenSource is TokenSource.Estimated)} {g.Sum(r => r.PromptTokens)} {g.Sum(r => r.CachedTokens)} {g.Sum(r => r.CompletionTokens)} {g.Sum(r => r.ReasoningTokens)} "
                + $"{g.Sum(r => r.CostNano ?? 0)} {Times(g.Where(IsTimed).Select(r => r.TotalUs))} {Times(g.Where(r => IsTimed(r) && r.FirstByteUs >= 0).Select(r => r.FirstByteUs))}").Order(StringComparer.Ordinal);
        var slices = await Store.Reader.Usage.SlicesAsync(filter, dimension, step, null, Token);
        slices.Select(s => $"{(At: s.BucketMs, s.Group, s.Currency)} {s.Sums[UsageSum.Calls]} ok {s.Sums[UsageSum.Ok]} 4xx {s.Sums[UsageSum.ClientErrors]} 429 {s.Sums[UsageSum.RateLimited]} 5xx {s.Sums[UsageSum.ServerErrors]} "
                + $"est {s.Sums[UsageSum.EstimatedCalls]} {s.Sums[UsageSum.PromptTokens]} {s.Sums[UsageSum.CachedTokens]} {s.Sums[UsageSum.CompletionTokens]} {s.Sums[UsageSum.ReasoningTokens]} "
                + $"{s.Sums[UsageSum.CostNano]} {s.Sums[UsageSum.TimedCalls]} {s.Sums[UsageSum.TotalUs]} {Convert.ToHexString(s.Latencies.ToBytes())} {s.Sums[UsageSum.FirstByteCalls]} {s.Sums[UsageSum.FirstByteUs]} {Convert.ToHexString(s.FirstLatencies.ToBytes())}")
            .Order(StringComparer.Ordinal).ShouldBe(expected, $"{filter} {dimension} {step}");

        static bool IsTimed(RequestRecord r) => r.State is not CallState.Refused || r.Status < 400;
        static string Times(IEnumerable<long> times)
        {
            var all = times.ToList();
            var classes = new LatencyClasses();
            all.ForEach(t => classes.Add(LatencyClasses.Of(t), 1));
            return $"{all.Count} {all.Sum()} {Convert.ToHexString(classes.ToBytes())}";
        }
    }

    private static RequestRecord Any(Random random, string? id = null)
    {
        var at = Begin.AddMilliseconds(random.Next(4 * 3_600_000));
        var priced = random.Next(3) > 0;
        var status = new[] { 200, 200, 200, 304, 400, 404, 429, 499, 500, 503 }[random.Next(10)];
        return new RequestRecord
        {
            RequestId = id ?? RequestIdsOfTests.At(at), StartedAtMs = Ms(at), State = (CallState)random.Next(1, 5), OrganisationId = random.Next(8) == 0 ? "org_2" : "org_1", ProjectId = $"prj_{random.Next(2)}",
            KeyId = $"key_{random.Next(3)}", Day = 1, Endpoint = "POST /v1/chat/completions", ModelAsked = random.Next(4) == 0 ? null : "asked", ModelUsed = random.Next(3) == 0 ? null : $"m{random.Next(3)}",
            UpstreamName = random.Next(3) == 0 ? null : $"up{random.Next(2)}", Status = status, ErrorCode = status >= 400 ? $"code_{random.Next(3)}" : null, FirstByteUs = random.Next(4) == 0 ? -1 : random.Next(1, 100_000),
            TotalUs = random.Next(1, 5_000_000), TokenSource = (TokenSource)random.Next(3), PromptTokens = random.Next(1000), CachedTokens = random.Next(100), CompletionTokens = random.Next(1000),
            ReasoningTokens = random.Next(50), CostNano = priced ? random.Next(1_000_000) : null, Currency = priced ? random.Next(2) == 0 ? "CNY" : "USD" : null,
        };
    }

    private static RequestRecord Timed(long totalUs)
    {
        var record = At(Begin.AddSeconds(1));
        record.TotalUs = totalUs;
        return record;
    }

    private static RequestRecord At(DateTimeOffset at, string key = "key_1") => new()
    {
        RequestId = RequestIdsOfTests.At(at), StartedAtMs = Ms(at), State = CallState.Settled, OrganisationId = "org_1", ProjectId = "prj_1", KeyId = key, Day = 1, Endpoint = "POST /v1/chat/completions",
        ModelUsed = "m", Status = 200, FirstByteUs = 5, TotalUs = 10,
    };

    private static long Ms(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    protected Task WriteAsync(params RequestRecord[] records) => Store.WriteAsync(new LedgerBatch(records, [], [], new JournalPosition(1, 1)), Token).AsTask();
}

public sealed class SqliteUsageTests : UsageContract
{
    private readonly SqliteBackend _backend;

    public SqliteUsageTests() : this(new SqliteBackend()) { }

    private SqliteUsageTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _backend.Dispose();
    }

    protected override async ValueTask<System.Data.Common.DbConnection> OpenRecordsAsync()
    {
        var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={RecordsPath};Pooling=False");
        await connection.OpenAsync(Token);
        return connection;
    }

    protected override async Task<string?> PlanAsync(System.Data.Common.DbCommand command)
    {
        command.CommandText = "explain query plan " + command.CommandText;
        var steps = new List<string>();
        await using var row = await command.ExecuteReaderAsync(Token);
        while (await row.ReadAsync(Token)) steps.Add(row.GetString(3));
        return steps.Any(s => s.Contains("USING PRIMARY KEY (organisation_id=? AND bucket_ms>? AND bucket_ms<?)", StringComparison.Ordinal)) && !steps.Any(s => s.StartsWith("SCAN", StringComparison.Ordinal))
            ? null : string.Join('\n', steps);
    }
}

public sealed class PostgresUsageTests() : UsageContract(new PostgresBackend())
{
    [Fact]
    public async Task Two_nodes_add_to_the_same_rows_without_waiting_for_each_other_for_ever()
    {
        await using var other = await OpenAsync("node-2");
        await Task.WhenAll(Enumerable.Range(0, 2).Select(async node =>
        {
            for (var batch = 0; batch < 25; batch++)
            {
                var records = Enumerable.Range(0, 40).Select(i => SampleRecords.Full(SampleRecords.Noon.AddMinutes(i % 5), key: $"key_{(i * 7) + batch % 10}")).OrderBy(_ => Guid.NewGuid()).ToArray();
                await (node == 0 ? Store : other).WriteAsync(new LedgerBatch(records, [], [], new JournalPosition(1, batch)), Token);
            }
        }));
        foreach (var byMinute in new[] { true, false })
        {
            var slice = (await Store.Reader.Usage.SlicesAsync(new UsageFilter("org_1", 0, long.MaxValue, byMinute), UsageDimension.None, null, null, Token)).ShouldHaveSingleItem();
            (slice.Sums[UsageSum.Calls], slice.Latencies.Total).ShouldBe((2_000, 2_000));
        }
    }

    protected override async Task<string?> PlanAsync(System.Data.Common.DbCommand command)
    {
        command.CommandText = "explain (analyze, format json) " + command.CommandText;
        await using (var settings = command.Connection!.CreateCommand())
        {
            settings.CommandText = "set enable_seqscan = off";
            await settings.ExecuteNonQueryAsync(Token);
        }
        var plan = (string)(await command.ExecuteScalarAsync(Token))!;
        return MostRows(System.Text.Json.JsonElement.Parse(plan)[0].GetProperty("Plan")) > 12 ? plan : null;
    }

    private static double MostRows(System.Text.Json.JsonElement node)
    {
        var removed = node.TryGetProperty("Rows Removed by Filter", out var some) ? some.GetDouble() : 0;
        var own = (node.GetProperty("Actual Rows").GetDouble() + removed) * node.GetProperty("Actual Loops").GetDouble();
        return node.TryGetProperty("Plans", out var inner) ? Math.Max(own, inner.EnumerateArray().Max(MostRows)) : own;
    }
}
