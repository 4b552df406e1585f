using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Tests.Records;

public class RequestIdsTests
{
    [Fact]
    public void An_id_is_the_prefix_and_26_characters_of_Crockfords_base32()
        => new RequestIds(TimeProvider.System).Next().ShouldMatch("^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$");

    [Fact]
    public void Ids_of_a_process_only_grow_also_when_the_clock_stands_or_goes_back()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 5, 0, 0, 0, TimeSpan.Zero));
        var ids = new RequestIds(clock);
        var last = "";
        for (var i = 0; i < 200_000; i++)
        {
            if (i == 150_000) clock.AdjustTime(clock.GetUtcNow().AddHours(-2));
            var id = ids.Next();
            string.CompareOrdinal(id, last).ShouldBePositive();
            last = id;
        }
    }

    [Fact]
    public void Ids_of_different_processes_sort_by_time()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 5, 0, 0, 0, TimeSpan.Zero));
        var first = new RequestIds(clock).Next();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        string.CompareOrdinal(new RequestIds(clock).Next(), first).ShouldBePositive();
    }

    [Fact]
    public void Parallel_threads_never_get_the_same_id()
    {
        var ids = new RequestIds(TimeProvider.System);
        var all = new string[8][];
        Parallel.For(0, 8, thread => all[thread] = [.. Enumerable.Range(0, 20_000).Select(_ => ids.Next())]);
        all.SelectMany(some => some).Distinct().Count().ShouldBe(160_000);
        foreach (var some in all) some.ShouldBe(some.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_id_costs_its_string_and_nothing_else()
    {
        var ids = new RequestIds(TimeProvider.System);
        for (var i = 0; i < 100; i++) ids.Next();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) ids.Next();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThanOrEqualTo(1000 * 88);
    }
}
