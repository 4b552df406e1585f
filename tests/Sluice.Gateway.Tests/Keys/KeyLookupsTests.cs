using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Tests.Keys;

/// <summary>How often, and with what answers, the directory is asked for single keys while all are still being read in.</summary>
public sealed class KeyLookupsTests : IDisposable
{
    private readonly ScriptedDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly KeyTable _table;
    private readonly KeyLookups _lookups;

    public KeyLookupsTests()
    {
        _table = new KeyTable(_directory);
        _lookups = new KeyLookups(_table, _directory, _time, NullLogger<KeyLookups>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _lookups.Dispose();
        _table.Dispose();
    }

    [Fact]
    public async Task An_unknown_key_is_asked_for_once_however_often_it_comes()
    {
        var release = new TaskCompletionSource();
        _directory.AfterFind = (_, _) => release.Task;
        var together = Enumerable.Range(0, 50).Select(_ => _lookups.LookUpAsync("nobody", Token).AsTask()).ToArray();
        release.SetResult();
        (await Task.WhenAll(together)).ShouldAllBe(answer => answer == KeyLookup.Unknown);
        for (var i = 0; i < 50; i++) (await _lookups.LookUpAsync("nobody", Token)).ShouldBe(KeyLookup.Unknown);
        _directory.Finds.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_that_exists_is_asked_for_once_and_is_in_the_table_from_then_on()
    {
        _directory.Put(ScriptedDirectory.Key("key_1"));
        var release = new TaskCompletionSource();
        _directory.AfterFind = (_, _) => release.Task;
        var together = Enumerable.Range(0, 50).Select(_ => _lookups.LookUpAsync("pub_key_1", Token).AsTask()).ToArray();
        release.SetResult();
        (await Task.WhenAll(together)).ShouldAllBe(answer => answer == KeyLookup.Settled);
        _table.TryFind("pub_key_1", out _, out _).ShouldBeTrue();
        // Someone who missed it in the table just before it came in.
        (await _lookups.LookUpAsync("pub_key_1", Token)).ShouldBe(KeyLookup.Settled);
        _directory.Finds.ShouldBe(1);
    }

    [Fact]
    public async Task At_most_100_are_asked_for_in_any_second()
    {
        for (var i = 0; i < 100; i++)
        {
            (await _lookups.LookUpAsync($"made-up {i}", Token)).ShouldBe(KeyLookup.Unknown);
            _time.Advance(TimeSpan.FromMilliseconds(5));
        }
        // 500 ms have passed since the first.
        (await _lookups.LookUpAsync("one more", Token)).ShouldBe(KeyLookup.TooMany);
        _time.Advance(TimeSpan.FromMilliseconds(499));
        (await _lookups.LookUpAsync("one more", Token)).ShouldBe(KeyLookup.TooMany);
        _directory.Finds.ShouldBe(100);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await _lookups.LookUpAsync("one more", Token)).ShouldBe(KeyLookup.Unknown);
        (await _lookups.LookUpAsync("and one", Token)).ShouldBe(KeyLookup.TooMany);
        // What is known to be unknown costs nothing.
        (await _lookups.LookUpAsync("made-up 7", Token)).ShouldBe(KeyLookup.Unknown);
        _directory.Finds.ShouldBe(101);
    }

    [Fact]
    public async Task At_most_8_are_asked_for_at_once()
    {
        int now = 0, most = 0;
        var release = new TaskCompletionSource();
        _directory.AfterFind = async (_, _) =>
        {
            var mine = Interlocked.Increment(ref now);
            lock (release) most = Math.Max(most, mine);
            await release.Task;
            Interlocked.Decrement(ref now);
        };
        var all = Enumerable.Range(0, 60).Select(i => _lookups.LookUpAsync($"made-up {i}", Token).AsTask()).ToArray();
        while (Volatile.Read(ref now) < 8) await Task.Yield();
        release.SetResult();
        await Task.WhenAll(all);
        most.ShouldBe(8);
    }

    [Fact]
    public async Task A_directory_that_fails_says_nothing_about_the_key_and_is_asked_again()
    {
        _directory.Put(ScriptedDirectory.Key("key_1"));
        _directory.Failure = new IOException("The database is gone.");
        (await _lookups.LookUpAsync("pub_key_1", Token)).ShouldBe(KeyLookup.Unavailable);
        _directory.Failure = null;
        (await _lookups.LookUpAsync("pub_key_1", Token)).ShouldBe(KeyLookup.Settled);
    }

    [Fact]
    public async Task A_directory_that_does_not_answer_is_waited_for_5_seconds()
    {
        var asked = new TaskCompletionSource();
        _directory.AfterFind = async (_, cancellationToken) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        var answer = _lookups.LookUpAsync("pub_key_1", Token).AsTask();
        await asked.Task;
        _time.Advance(TimeSpan.FromSeconds(4.9));
        answer.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));
        (await answer).ShouldBe(KeyLookup.Unavailable);
    }

    [Fact]
    public async Task A_caller_who_leaves_does_not_take_the_answer_from_another()
    {
        _directory.Put(ScriptedDirectory.Key("key_1"));
        var release = new TaskCompletionSource();
        _directory.AfterFind = (_, _) => release.Task;
        using var leaves = new CancellationTokenSource();
        var first = _lookups.LookUpAsync("pub_key_1", leaves.Token).AsTask();
        var second = _lookups.LookUpAsync("pub_key_1", Token).AsTask();
        await leaves.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        release.SetResult();
        (await second).ShouldBe(KeyLookup.Settled);
    }

    [Fact]
    public async Task Once_all_keys_are_in_nothing_is_asked()
    {
        await _table.LoadAllAsync(Token);
        for (var i = 0; i < 300; i++) (await _lookups.LookUpAsync($"made-up {i}", Token)).ShouldBe(KeyLookup.Settled);
        _directory.Finds.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_is_removed_while_it_is_being_looked_up_stays_away()
    {
        _directory.Put(ScriptedDirectory.Key("key_1"));
        _directory.AfterFind = async (_, _) =>
        {
            _directory.Remove("key_1");
            await _table.RefreshAsync("key_1", Token);
        };
        await _lookups.LookUpAsync("pub_key_1", Token);
        _table.TryFind("pub_key_1", out _, out _).ShouldBeFalse();
    }
}
