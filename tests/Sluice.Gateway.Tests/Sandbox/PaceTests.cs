using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Sandbox;

public class PaceTests
{
    private const string Json = """{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}""";
    private const string Stream = """{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"stream":true}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_first_event_comes_at_once_and_each_next_one_at_its_time()
    {
        var sandbox = new SandboxHarness(tokensPerSecond: 50);
        await using var reply = await sandbox.Transport.SendAsync(SandboxHarness.Call("/chat/completions", Stream));
        var buffer = new byte[4096];

        Events(buffer, await reply.ReadAsync(buffer)).ShouldBe(1);
        for (var i = 0; i < 3; i++)
        {
            var next = reply.ReadAsync(buffer).AsTask();
            sandbox.Time.Advance(TimeSpan.FromMilliseconds(19));
            next.IsCompleted.ShouldBeFalse();
            sandbox.Time.Advance(TimeSpan.FromMilliseconds(1));
            Events(buffer, await next.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_slow_reader_gets_what_is_due_together()
    {
        var sandbox = new SandboxHarness(tokensPerSecond: 50);
        await using var reply = await sandbox.Transport.SendAsync(SandboxHarness.Call("/chat/completions", Stream));
        var buffer = new byte[16_384];
        sandbox.Time.Advance(TimeSpan.FromMilliseconds(100));

        Events(buffer, await reply.ReadAsync(buffer)).ShouldBe(6);
    }

    [Fact]
    public async Task The_pace_can_be_asked_for()
    {
        var sandbox = new SandboxHarness(tokensPerSecond: 50);
        await using var reply = await sandbox.Transport.SendAsync(SandboxHarness.Call("/chat/completions", Stream, "pace=2"));
        var buffer = new byte[4096];
        await reply.ReadAsync(buffer);
        var next = reply.ReadAsync(buffer).AsTask();

        sandbox.Time.Advance(TimeSpan.FromMilliseconds(499));
        next.IsCompleted.ShouldBeFalse();
        sandbox.Time.Advance(TimeSpan.FromMilliseconds(1));
        Events(buffer, await next.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBe(1);
    }

    [Fact]
    public async Task The_head_waits_for_the_delay()
    {
        var sandbox = new SandboxHarness();
        await WarmAsync(sandbox);
        var sending = sandbox.Transport.SendAsync(SandboxHarness.Call("/chat/completions", Json, "delay=2s")).AsTask();

        sandbox.Time.Advance(TimeSpan.FromMilliseconds(1999));
        sending.IsCompleted.ShouldBeFalse();
        sandbox.Time.Advance(TimeSpan.FromMilliseconds(1));
        await using var reply = await sending.WaitAsync(Patience, TestContext.Current.CancellationToken);
        reply.Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(Json)]
    [InlineData(Stream)]
    public async Task The_first_token_waits_for_its_delay(string body)
    {
        var sandbox = new SandboxHarness();
        await using var reply = await sandbox.Transport.SendAsync(SandboxHarness.Call("/chat/completions", body, "first-token-delay=1500"));
        var first = reply.ReadAsync(new byte[64]).AsTask();

        sandbox.Time.Advance(TimeSpan.FromMilliseconds(1499));
        first.IsCompleted.ShouldBeFalse();
        sandbox.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await first.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(UpstreamFailure.CallerLeft)]
    [InlineData(UpstreamFailure.IdleTimeout)]
    public async Task A_call_is_cut_while_it_waits_for_the_next_event(UpstreamFailure why)
    {
        var sandbox = new SandboxHarness(tokensPerSecond: 50);
        var call = SandboxHarness.Call("/chat/completions", Stream);
        await using var reply = await sandbox.Transport.SendAsync(call);
        var buffer = new byte[4096];
        await reply.ReadAsync(buffer);
        var next = reply.ReadAsync(buffer).AsTask();

        call.Abort(why);

        (await Should.ThrowAsync<UpstreamException>(() => next.WaitAsync(Patience, TestContext.Current.CancellationToken))).Failure.ShouldBe(why);
    }

    [Fact]
    public async Task A_call_is_cut_while_it_waits_for_its_head()
    {
        var sandbox = new SandboxHarness();
        var call = SandboxHarness.Call("/chat/completions", Json, "delay=60s");
        var sending = sandbox.Transport.SendAsync(call).AsTask();

        call.Abort(UpstreamFailure.FirstByteTimeout);

        (await Should.ThrowAsync<UpstreamException>(() => sending.WaitAsync(Patience, TestContext.Current.CancellationToken))).Failure.ShouldBe(UpstreamFailure.FirstByteTimeout);
    }

    [Fact]
    public async Task A_call_that_was_cut_before_it_began_is_not_made()
    {
        var sandbox = new SandboxHarness();
        var call = SandboxHarness.Call("/chat/completions", Json);
        call.Abort(UpstreamFailure.CallerLeft);

        (await Should.ThrowAsync<UpstreamException>(async () => await sandbox.Transport.SendAsync(call))).Failure.ShouldBe(UpstreamFailure.CallerLeft);
    }

    [Theory]
    [InlineData(Stream, 3)]
    [InlineData(Json, 0)]
    public async Task A_silent_answer_stays_silent_until_it_is_cut(string body, int events)
    {
        var sandbox = new SandboxHarness();
        var call = SandboxHarness.Call("/chat/completions", body, "silent-after=3");
        await using var reply = await sandbox.Transport.SendAsync(call);
        var buffer = new byte[65_536];
        Events(buffer, await reply.ReadAsync(buffer)).ShouldBe(events);
        var next = reply.ReadAsync(buffer).AsTask();

        sandbox.Time.Advance(TimeSpan.FromHours(1));
        next.IsCompleted.ShouldBeFalse();
        call.Abort(UpstreamFailure.IdleTimeout);

        (await Should.ThrowAsync<UpstreamException>(() => next.WaitAsync(Patience, TestContext.Current.CancellationToken))).Failure.ShouldBe(UpstreamFailure.IdleTimeout);
    }

    [Fact]
    public async Task After_an_answer_is_disposed_a_late_cut_touches_nothing()
    {
        var sandbox = new SandboxHarness();
        var call = SandboxHarness.Call("/chat/completions", Json);
        var reply = await sandbox.Transport.SendAsync(call);
        await reply.DisposeAsync();

        Should.NotThrow(() => call.Abort(UpstreamFailure.CallerLeft));
    }

    [Fact]
    public async Task An_open_stream_that_waits_holds_little_memory()
    {
        const int streams = 500;
        var sandbox = new SandboxHarness(tokensPerSecond: 50);
        await WarmAsync(sandbox);
        var replies = new List<UpstreamReply>(streams);
        var waiting = new List<Task<int>>(streams);
        var buffer = new byte[4096];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < streams; i++)
        {
            replies.Add(await sandbox.Transport.SendAsync(SandboxHarness.Call("/chat/completions", Stream)));
            await replies[i].ReadAsync(buffer);
            waiting.Add(replies[i].ReadAsync(buffer).AsTask());
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / streams;
        waiting.ShouldAllBe(w => !w.IsCompleted);
        each.ShouldBeLessThan(6 * 1024);
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(waiting).WaitAsync(Patience, TestContext.Current.CancellationToken);
        foreach (var reply in replies) await reply.DisposeAsync();
    }

    /// <summary>One call made, so that no later one has to wait for the vocabulary.</summary>
    private static async Task WarmAsync(SandboxHarness sandbox)
    {
        var reply = await sandbox.Transport.SendAsync(SandboxHarness.Call("/chat/completions", Json));
        await reply.DisposeAsync();
    }

    private static int Events(byte[] buffer, int length) => System.Text.Encoding.UTF8.GetString(buffer, 0, length).Split("\n\n").Length - 1;
}
