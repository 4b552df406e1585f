using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Tests.Keys;

/// <summary>What a start waits for.</summary>
public sealed class KeyLoadingTests : IAsyncDisposable
{
    private readonly ScriptedDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly KeyTable _table;
    private readonly KeyLoading _loading;

    public KeyLoadingTests()
    {
        _directory.Put(ScriptedDirectory.Key("key_1"), ScriptedDirectory.Key("key_2"));
        _table = new KeyTable(_directory);
        _loading = new KeyLoading(_table, _time, NullLogger<KeyLoading>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _loading.DisposeAsync();
        _table.Dispose();
    }

    private TaskCompletionSource HoldAt(string id, TaskCompletionSource? reached = null)
    {
        var release = new TaskCompletionSource();
        _directory.BeforeRow = key =>
        {
            if (key.Id != id) return Task.CompletedTask;
            reached?.TrySetResult();
            return release.Task;
        };
        return release;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            (i < 2000).ShouldBeTrue("it never came true");
            await Task.Delay(5, Token);
        }
    }

    [Fact]
    public async Task A_start_with_few_keys_has_them_all()
    {
        await _loading.StartAsync(Token);
        _table.IsComplete.ShouldBeTrue();
        _table.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_start_with_many_keys_waits_a_second_and_the_rest_follows()
    {
        var reached = new TaskCompletionSource();
        var release = HoldAt("key_2", reached);
        var start = _loading.StartAsync(Token).AsTask();
        await reached.Task;
        _time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        start.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromTicks(1));
        await start;
        _table.IsComplete.ShouldBeFalse();
        _table.Count.ShouldBe(1);
        release.SetResult();
        await UntilAsync(() => _table.IsComplete);
        _table.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_directory_that_fails_at_once_stops_the_start()
    {
        _directory.Failure = new IOException("The database is gone.");
        (await Should.ThrowAsync<IOException>(async () => await _loading.StartAsync(Token))).Message.ShouldBe("The database is gone.");
    }

    [Fact]
    public async Task A_reading_that_fails_later_is_tried_again()
    {
        var reached = new TaskCompletionSource();
        var release = HoldAt("key_2", reached);
        var start = _loading.StartAsync(Token).AsTask();
        await reached.Task;
        _time.Advance(TimeSpan.FromSeconds(1));
        await start;
        var readings = _directory.Readings;
        _directory.BeforeRow = _ => Task.CompletedTask;
        release.SetException(new IOException("The database is gone."));
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _table.IsComplete;
        });
        _directory.Readings.ShouldBe(readings + 1);
        _table.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stop_ends_the_reading()
    {
        var reached = new TaskCompletionSource();
        HoldAt("key_2", reached);
        var start = _loading.StartAsync(Token).AsTask();
        await reached.Task;
        _time.Advance(TimeSpan.FromSeconds(1));
        await start;
        await _loading.DisposeAsync();
        _table.IsComplete.ShouldBeFalse();
    }
}
