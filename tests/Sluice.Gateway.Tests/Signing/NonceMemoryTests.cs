using Sluice.Gateway.Signing;
using Sluice.Gateway.Tests.Limits;

namespace Sluice.Gateway.Tests.Signing;

/// <summary>A signed call passes once, whatever the clock and the load do.</summary>
public class NonceMemoryTests
{
    private const string Nonce = "nonce-0123456789";
    private readonly WallClock _clock = new(LimitKeys.Noon, timers: false);

    private long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public void A_nonce_passes_once_for_as_long_as_its_timestamp_is_accepted()
    {
        using var memory = new NonceMemory(_clock);
        _clock.Advance(TimeSpan.FromHours(1));
        var signedAt = Now;
        memory.Use("key_1", Nonce, signedAt).ShouldBe(NonceVerdict.Fresh);
        for (var passed = 0; passed <= NonceMemory.WindowSeconds; passed += 10)
        {
            memory.Use("key_1", Nonce, signedAt).ShouldBe(NonceVerdict.Replayed, $"after {passed} s");
            memory.Sweep();
            _clock.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void The_same_nonce_with_another_timestamp_is_a_replay_too()
    {
        using var memory = new NonceMemory(_clock);
        _clock.Advance(TimeSpan.FromHours(1));
        memory.Use("key_1", Nonce, Now).ShouldBe(NonceVerdict.Fresh);
        memory.Use("key_1", Nonce, Now + 200).ShouldBe(NonceVerdict.Replayed);
        memory.Use("key_1", Nonce, Now - 200).ShouldBe(NonceVerdict.Replayed);
    }

    [Fact]
    public void Keys_do_not_share_nonces()
    {
        using var memory = new NonceMemory(_clock);
        memory.Use("key_1", Nonce, Now).ShouldBe(NonceVerdict.Fresh);
        memory.Use("key_2", Nonce, Now).ShouldBe(NonceVerdict.Fresh);
    }

    [Fact]
    public void What_was_signed_before_the_start_is_too_old_to_the_second()
    {
        var clock = new WallClock(LimitKeys.Noon.AddMilliseconds(1), timers: false);
        using var memory = new NonceMemory(clock);
        var second = LimitKeys.Noon.ToUnixTimeSeconds();
        memory.Use("key_1", Nonce, second).ShouldBe(NonceVerdict.TooOld, "the process before may have served it in the same second");
        memory.Use("key_1", Nonce, second + 1).ShouldBe(NonceVerdict.Fresh);
    }

    [Fact]
    public void After_its_time_a_nonce_is_forgotten_and_its_timestamp_refused_for_ever()
    {
        using var memory = new NonceMemory(_clock);
        _clock.Advance(TimeSpan.FromHours(1));
        var signedAt = Now;
        memory.Use("key_1", Nonce, signedAt);
        _clock.Advance(TimeSpan.FromSeconds(NonceMemory.WindowSeconds + 60));
        memory.Sweep();
        memory.Count.ShouldBe(0);
        // The clock is set back to when it was signed.
        _clock.Jumped = -TimeSpan.FromSeconds(NonceMemory.WindowSeconds + 60);
        memory.Use("key_1", Nonce, signedAt).ShouldBe(NonceVerdict.TooOld);
        memory.Use("key_1", Nonce, signedAt + 60).ShouldBe(NonceVerdict.Fresh);
    }

    [Fact]
    public void A_clock_that_ran_ahead_for_a_while_locks_nobody_out()
    {
        using var memory = new NonceMemory(_clock);
        _clock.Advance(TimeSpan.FromHours(1));
        memory.Use("key_1", Nonce, Now);
        _clock.Jumped = TimeSpan.FromHours(5);
        memory.Sweep();
        _clock.Jumped = TimeSpan.Zero;
        _clock.Advance(TimeSpan.FromSeconds(10));
        memory.Use("key_1", "another-nonce-01", Now).ShouldBe(NonceVerdict.Fresh);
    }

    [Fact]
    public void At_the_bound_of_a_key_its_calls_are_refused_and_nothing_is_forgotten()
    {
        using var memory = new NonceMemory(_clock, perKeyMax: 10, allMax: 1000);
        _clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 10; i++) memory.Use("key_1", $"nonce-{i:0000000000}", Now).ShouldBe(NonceVerdict.Fresh);
        memory.Use("key_1", "one-more-0000000", Now).ShouldBe(NonceVerdict.Full);
        memory.Use("key_1", "nonce-0000000000", Now).ShouldBe(NonceVerdict.Replayed);
        memory.Use("key_2", "one-more-0000000", Now).ShouldBe(NonceVerdict.Fresh);
        _clock.Advance(TimeSpan.FromSeconds(NonceMemory.WindowSeconds + 10));
        memory.Use("key_1", "one-more-0000000", Now).ShouldBe(NonceVerdict.Fresh);
        memory.Count.ShouldBe(2);
    }

    [Fact]
    public void At_the_bound_of_all_keys_room_is_made_by_what_has_expired_and_by_nothing_else()
    {
        using var memory = new NonceMemory(_clock, perKeyMax: 1000, allMax: 10);
        _clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 10; i++) memory.Use($"key_{i}", Nonce, Now).ShouldBe(NonceVerdict.Fresh);
        memory.Use("key_new", Nonce, Now).ShouldBe(NonceVerdict.Full);
        _clock.Advance(TimeSpan.FromSeconds(NonceMemory.WindowSeconds));
        memory.Use("key_new", Nonce, Now).ShouldBe(NonceVerdict.Full);
        _clock.Advance(TimeSpan.FromSeconds(10));
        memory.Use("key_new", Nonce, Now).ShouldBe(NonceVerdict.Fresh);
        memory.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_many_at_once_with_one_nonce_exactly_one_passes()
    {
        using var memory = new NonceMemory(_clock);
        var fresh = new int[200];
        await Parallel.ForAsync(0, 8, (_, _) =>
        {
            for (var i = 0; i < fresh.Length; i++)
            {
                if (i % 50 == 0) memory.Sweep();
                if (memory.Use("key_1", $"nonce-{i:0000000000}", Now) == NonceVerdict.Fresh) Interlocked.Increment(ref fresh[i]);
            }
            return ValueTask.CompletedTask;
        });
        fresh.ShouldAllBe(count => count == 1);
        memory.Count.ShouldBe(fresh.Length);
    }

    [Fact]
    public void Signatures_are_compared_by_the_fixed_time_function_and_nothing_else()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sluice.slnx"))) folder = Path.GetDirectoryName(folder)!;
        var source = File.ReadAllText(Path.Combine(folder, "src", "Sluice.Gateway", "Signing", "CallSignature.cs"));
        source.ShouldContain("return CryptographicOperations.FixedTimeEquals(computed, signature);");
        foreach (var other in new[] { "SequenceEqual", "SequenceCompareTo", "computed ==", "computed[", "signature[" }) source.ShouldNotContain(other);
    }
}
