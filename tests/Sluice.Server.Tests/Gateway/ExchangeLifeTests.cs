using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway;
using Sluice.Gateway.Stages;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>What an exchange holds on its way, and that it lets go of it however it ends.</summary>
public sealed class ExchangeLifeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private sealed class FailsOnLeaving : Stage
    {
        public override ValueTask<Refusal?> EnterAsync(Exchange exchange) => Pass;

        public override void Leave(Exchange exchange) => throw new InvalidOperationException("made to fail by a test");
    }

    [Fact]
    public async Task A_stream_whose_upstream_is_slow_to_begin_is_kept_alive_and_then_answered()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2027, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var upstream = FakeUpstream.Start();
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions { Time = clock }.With(upstream));
        var gate = new TaskCompletionSource();
        upstream.Enqueue(FakeReply.ChatStream(["Good ", "day"]).When(gate.Task));

        var calling = server.ChatAsync(stream: true);
        await upstream.NextRequestAsync();
        clock.Advance(TimeSpan.FromSeconds(20));
        // The head goes out with the first comment, long before the upstream answers.
        using var answer = await calling.WaitAsync(Patience, TestContext.Current.CancellationToken);
        gate.SetResult();
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

        text.ShouldStartWith(": keep-alive\n\n");
        text.ShouldNotContain("\"error\"");
        text.ShouldEndWith("data: [DONE]\n\n");
    }

    [Fact]
    public async Task A_request_that_is_still_going_out_when_its_answer_begins_keeps_its_bytes()
    {
        const int bodyBytes = 9_000_000;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        await using var other = FakeUpstream.Start();
        var options = new SluiceServerOptions().With(other, "other");
        options.Settings["Sluice:Upstreams:1:Name"] = "hasty";
        options.Settings["Sluice:Upstreams:1:BaseUrl"] = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}/v1";
        options.Settings["Sluice:Upstreams:1:ApiKey"] = "k";
        options.Settings["Sluice:Upstreams:1:Models"] = "hasty";
        await using var server = await SluiceServer.StartAsync(options);
        var (key, _) = await server.CreateKeyAsync();

        var calling = server.ChatAsync(new string('a', bodyBytes), "hasty", stream: true, key);
        using var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        var (head, body) = await ReadHeadAsync(socket);
        await SendAsync(socket, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n8\r\n: hello\n\r\n1\r\n\n\r\n");
        using var answer = await calling.WaitAsync(Patience, TestContext.Current.CancellationToken);

        // Other callers whose bodies come to lie wherever that one was given back.
        for (var i = 0; i < 4; i++)
        {
            using var next = await server.ChatAsync(new string('b', bodyBytes), "other", key: key);
            next.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var length = int.Parse(head.Split("\r\n").First(l => l.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))[16..]);
        var buffer = new byte[65536];
        while (body.Length < length)
        {
            var count = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
            if (count == 0) break;
            body.Write(buffer, 0, count);
        }

        body.Length.ShouldBe(length);
        body.ToArray().AsSpan().IndexOf("bbbbbbbb"u8).ShouldBe(-1, "the upstream was sent another caller's bytes");
    }

    [Fact]
    public async Task A_stage_that_fails_on_the_way_back_keeps_no_other_from_giving_back_and_recording()
    {
        await using var server = await SluiceServer.StartAsync();
        var list = server.Services.GetRequiredService<GatewayStages>().ModelCall;
        var (key, _) = await server.CreateKeyAsync("""{"name":"one at a time","kind":"test","limits":{"concurrency":1}}""");
        var last = Array.FindIndex(list, s => s is MeterUsage);
        var stage = list[last];
        list[last] = new FailsOnLeaving();
        using (var answer = await server.ChatAsync(key: key)) answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        list[last] = stage;

        using (var answer = await server.ChatAsync(key: key)) answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.RequestsAsync(2)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_caller_who_resets_while_sending_its_body_is_recorded_as_one_who_left()
    {
        await using var server = await SluiceServer.StartAsync();
        using (var socket = await ConnectAsync(server))
        {
            await SendAsync(socket, $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.TestKey}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{\"model\":");
            while (server.Services.GetRequiredService<GatewayDrain>().InFlight == 0) await Task.Delay(5, TestContext.Current.CancellationToken);
            socket.LingerState = new LingerOption(true, 0);
        }

        var record = (await server.RequestsAsync(1)).ShouldHaveSingleItem();
        record.ErrorCode.ShouldBe("caller_left");
        server.Output.ShouldNotContain("failed inside the gateway");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_who_only_stopped_sending_gets_nothing_that_looks_like_an_answer(bool stream)
    {
        await using var upstream = FakeUpstream.Start();
        upstream.Default = FakeReply.Silent();
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions().With(upstream));
        using var socket = await ConnectAsync(server);
        var body = $$"""{"model":"m","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Hi"}]}""";
        await SendAsync(socket, $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.TestKey}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await upstream.NextRequestAsync();
        socket.Shutdown(SocketShutdown.Send);

        var got = new byte[4096];
        var count = 0;
        try
        {
            count = await socket.ReceiveAsync(got, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            // Reset: as good as closed.
        }

        Encoding.ASCII.GetString(got, 0, count).ShouldBe("");
    }

    private static async Task<Socket> ConnectAsync(SluiceServer server)
    {
        var url = new Uri(server.BaseUrl);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, url.Port, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task SendAsync(Socket socket, string text)
    {
        ReadOnlyMemory<byte> bytes = Encoding.ASCII.GetBytes(text);
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, TestContext.Current.CancellationToken)..];
    }

    /// <summary>The head, and what of the body came with it.</summary>
    private static async Task<(string Head, MemoryStream Body)> ReadHeadAsync(Socket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[1024];
        while (true)
        {
            var end = all.ToArray().AsSpan().IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var body = new MemoryStream();
                body.Write(all.ToArray().AsSpan(end + 4));
                return (Encoding.ASCII.GetString(all.ToArray(), 0, end), body);
            }

            all.Write(buffer, 0, await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
        }
    }
}
