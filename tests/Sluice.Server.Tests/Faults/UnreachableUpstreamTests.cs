using System.Net;
using System.Net.Sockets;
using Sluice.Gateway.Records;
using Sluice.Server.Tests.Gateway;
using Sluice.Testing;

namespace Sluice.Server.Tests.Faults;

/// <summary>Upstreams that cannot be reached, or take the call and say nothing.</summary>
public sealed class UnreachableUpstreamTests(UnreachableUpstreamTests.Bed bed) : IClassFixture<UnreachableUpstreamTests.Bed>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_refused_connection_is_502_and_nothing_is_counted(bool stream)
    {
        var before = await bed.CallsTodayAsync();
        var answer = (await bed.ChatAsync(stream, "dead")).ShouldBeRefused(502, "upstream_unreachable");
        answer.Error.GetProperty("message").GetString()!.ShouldContain("dead");
        var record = await bed.RecordAsync(answer);
        (record.State, record.Status, record.ErrorCode, record.StoppedBy).ShouldBe((CallState.Refused, 502, "upstream_unreachable", "CallUpstream"));
        (record.UpstreamName, record.TokenSource, record.PromptTokens, record.CompletionTokens).ShouldBe(("dead", TokenSource.None, 0, 0));
        record.CostNano.ShouldBeNull();
        (await bed.CallsTodayAsync()).ShouldBe(before);
        await bed.ShouldServeAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Where_one_upstream_refuses_the_connection_the_next_one_answers(bool stream)
    {
        var answer = await bed.ChatAsync(stream, "both");
        answer.Status.ShouldBe(200, answer.Body);
        answer.Content.ShouldNotBeEmpty();
        answer.Header("x-sluice-upstream").ShouldBe("living");
        var record = await bed.RecordAsync(answer);
        (record.State, record.UpstreamName, record.ErrorCode).ShouldBe((CallState.Settled, "living", null));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_address_that_swallows_connections_is_504_within_the_connect_deadline(bool stream)
    {
        var before = await bed.CallsTodayAsync();
        var answer = (await bed.ChatAsync(stream, "hole")).ShouldBeRefused(504, "upstream_timeout");
        var record = await bed.RecordAsync(answer);
        (record.State, record.Status, record.ErrorCode).ShouldBe((CallState.Refused, 504, "upstream_timeout"));
        (await bed.CallsTodayAsync()).ShouldBe(before);
        await bed.ShouldServeAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_upstream_that_never_answers_is_504_and_its_connection_is_closed(bool stream)
    {
        var before = await bed.CallsTodayAsync();
        bed.Upstream.Enqueue(FakeReply.Silent());
        var answer = (await bed.ChatAsync(stream, "hasty")).ShouldBeRefused(504, "upstream_timeout");
        await bed.Upstream.Requests[^1].CallerLeft.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var record = await bed.RecordAsync(answer);
        (record.State, record.Status, record.ErrorCode, record.StoppedBy).ShouldBe((CallState.Released, 504, "upstream_timeout", "CallUpstream"));
        record.TokenSource.ShouldBe(TokenSource.None);
        (await bed.CallsTodayAsync()).ShouldBe(before);
        await bed.ShouldServeAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_upstream_that_resets_instead_of_answering_is_502_and_the_call_is_given_back(bool stream)
    {
        var before = await bed.CallsTodayAsync();
        bed.Upstream.Enqueue(FakeReply.Reset(), FakeReply.Reset());
        var count = bed.Upstream.RequestCount;
        var answer = (await bed.ChatAsync(stream, "hasty")).ShouldBeRefused(502, "upstream_truncated");
        (await bed.RecordAsync(answer)).State.ShouldBe(CallState.Released);
        (await bed.CallsTodayAsync()).ShouldBe(before);
        // The request may have been read: it is not sent a second time.
        (bed.Upstream.RequestCount - count).ShouldBe(1);
        // Leaves the queue as it was found.
        await bed.ChatAsync(stream, "hasty");
        await bed.ShouldServeAsync();
    }

    [Fact]
    public async Task A_host_name_that_does_not_exist_is_502()
    {
        var answer = (await bed.ChatAsync(model: "nowhere")).ShouldBeRefused(502, "upstream_unreachable");
        (await bed.RecordAsync(answer)).State.ShouldBe(CallState.Refused);
    }

    public sealed class Bed : GatewayBed
    {
        private readonly Socket _hole = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _queue = [];

        protected override SluiceServerOptions Options()
        {
            // A listener that never accepts and whose queue is full: the kernel drops whatever else wants in.
            _hole.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _hole.Listen(0);
            for (var i = 0; i < 4; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                try
                {
                    socket.Connect(_hole.LocalEndPoint!);
                }
                catch (SocketException)
                {
                    // Under way, which is all that is wanted.
                }
                _queue.Add(socket);
            }
            var options = base.Options().With(Upstream, "both", "living", ("ApiKey", UpstreamKey), ("Priority", "2"));
            Add(options, "dead", $"http://127.0.0.1:{FreePort.Next()}/v1", "dead,both");
            Add(options, "hole", $"http://127.0.0.1:{((IPEndPoint)_hole.LocalEndPoint!).Port}/v1", "hole");
            Add(options, "nowhere", "http://nowhere.invalid/v1", "nowhere");
            return options;
        }

        private void Add(SluiceServerOptions options, string name, string baseUrl, string models)
        {
            options.With(Upstream, models, name, ("ApiKey", UpstreamKey), ("ConnectTimeout", "0.5"), ("FirstByteTimeout", "1"));
            var path = options.Settings.First(s => s.Key.EndsWith(":Name", StringComparison.Ordinal) && s.Value == name).Key[..^5];
            options.Settings[path + ":BaseUrl"] = baseUrl;
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            foreach (var socket in _queue) socket.Dispose();
            _hole.Dispose();
        }
    }
}
