using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Requests;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Gateway.Tests.Upstreams;

public sealed class Http1TransportTests
{
    private static Http1Transport Transport(RawServer server, string path = "/v1", TimeProvider? time = null)
        => new(Calls.Upstream($"http://127.0.0.1:{server.Port}{path}"), new UpstreamConnector(TimeProvider.System), time ?? TimeProvider.System);

    private static async Task<UpstreamReply> SendAsync(IUpstreamTransport transport, UpstreamCall call)
        => await transport.SendAsync(call).AsTask().Patiently();

    private static async Task<string> CallAsync(IUpstreamTransport transport, UpstreamCall? call = null)
    {
        await using var reply = await SendAsync(transport, call ?? Calls.Post());
        return await Calls.ReadAllAsync(reply).Patiently();
    }

    [Fact]
    public async Task The_request_on_the_wire_is_exactly_the_call()
    {
        var seen = new TaskCompletionSource<string>();
        await using var server = new RawServer(async c =>
        {
            seen.SetResult(await c.ReadRequestAsync());
            await c.AnswerAsync("{}");
        });
        await using var transport = Transport(server);
        var call = new UpstreamCall
        {
            Method = "POST",
            Path = "/chat/completions",
            Body = new SplicedBody("{\"model\":\""u8.ToArray(), "real"u8.ToArray(), default, "\"}"u8.ToArray()),
            Stream = true,
            RequestId = "req_7",
            Via = "1.1 sluice-abc",
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        await CallAsync(transport, call);
        (await seen.Task).ShouldBe(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{server.Port}\r\nAuthorization: Bearer {Calls.Secret}\r\nUser-Agent: Sluice\r\n"
            + "Content-Type: application/json\r\nAccept: text/event-stream, application/json\r\nAccept-Encoding: identity\r\nContent-Length: 16\r\n"
            + "x-request-id: req_7\r\nvia: 1.1 sluice-abc\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n{\"model\":\"real\"}");
    }

    [Fact]
    public async Task A_get_has_neither_length_nor_content_type()
    {
        var seen = new TaskCompletionSource<string>();
        await using var server = new RawServer(async c =>
        {
            seen.SetResult(await c.ReadRequestAsync());
            await c.AnswerAsync("{}");
        });
        await using var transport = Transport(server, "");
        await CallAsync(transport, Calls.Get());
        var request = await seen.Task;
        request.ShouldStartWith("GET /models HTTP/1.1\r\n");
        request.ShouldNotContain("Content-");
    }

    [Fact]
    public async Task What_the_answer_says_about_itself_is_given_on()
    {
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.SendAsync("HTTP/1.1 429 Slow down\r\nContent-Type: application/problem+json\r\nRetry-After: 7\r\nX-Request-Id: up-1\r\nContent-Length: 2\r\n\r\n{}");
        });
        await using var transport = Transport(server);
        await using var reply = await SendAsync(transport, Calls.Post());
        (reply.Status, reply.ContentType, reply.RetryAfter, reply.UpstreamRequestId, reply.ContentLength).ShouldBe((429, "application/problem+json", "7", "up-1", 2));
    }

    [Fact]
    public async Task Two_calls_in_a_row_share_a_connection()
    {
        await using var server = new RawServer(async c =>
        {
            for (var i = 1; ; i++)
            {
                await c.ReadRequestAsync();
                await c.AnswerAsync($"{i}");
            }
        });
        await using var transport = Transport(server);
        (await CallAsync(transport)).ShouldBe("1");
        (await CallAsync(transport)).ShouldBe("2");
        server.Accepted.ShouldBe(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(3_000_000)]
    public async Task Bodies_of_any_size_arrive_whole(int size)
    {
        var body = new string('x', size / 2) + new string('y', size - size / 2);
        await using var server = new RawServer(async c =>
        {
            var request = await c.ReadRequestAsync();
            var got = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            await c.AnswerAsync(got == body ? "same" : "different");
        });
        await using var transport = Transport(server);
        var bytes = Encoding.ASCII.GetBytes(body);
        var call = new UpstreamCall
        {
            Method = "POST",
            Path = "/x",
            Body = new SplicedBody(bytes.AsMemory(0, size / 3), bytes.AsMemory(size / 3, 0), bytes.AsMemory(size / 3)),
            RequestId = "r",
            Via = "v",
        };
        (await CallAsync(transport, call)).ShouldBe("same");
        transport.Pool.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_before_the_request_was_taken_is_delivered_and_its_connection_not_used_again()
    {
        var done = new TaskCompletionSource();
        await using var server = new RawServer(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 413 Too large\r\nContent-Length: 3\r\n\r\nbig");
            await done.Task;
        });
        await using var transport = Transport(server);
        var call = new UpstreamCall { Method = "POST", Path = "/x", Body = new SplicedBody(new byte[64 * 1024 * 1024]), RequestId = "r", Via = "v" };
        await using (var reply = await SendAsync(transport, call))
        {
            reply.Status.ShouldBe(413);
            (await Calls.ReadAllAsync(reply)).ShouldBe("big");
        }
        transport.Pool.Count.ShouldBe(0);
        done.SetResult();
    }

    [Fact]
    public async Task A_stale_connection_from_the_pool_is_replaced_once()
    {
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.AnswerAsync($"{c.Number}");
            // Leaves the second request of this connection unanswered, as a server does that closes just then.
            await c.ReadRequestAsync();
            c.Reset();
        });
        await using var transport = Transport(server);
        (await CallAsync(transport)).ShouldBe("1");
        (await CallAsync(transport)).ShouldBe("2");
        server.Accepted.ShouldBe(2);
    }

    [Fact]
    public async Task A_new_connection_that_dies_is_not_tried_again()
    {
        await using var server = new RawServer(async c => await c.ReadRequestAsync());
        await using var transport = Transport(server);
        var failure = await Calls.FailureAsync(() => CallAsync(transport));
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.Truncated, true));
        server.Accepted.ShouldBe(1);
    }

    [Fact]
    public async Task A_reused_connection_that_dies_within_the_head_is_not_tried_again()
    {
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.AnswerAsync("ok");
            await c.ReadRequestAsync();
            await c.SendAsync("HTTP/1.1 2");
        });
        await using var transport = Transport(server);
        await CallAsync(transport);
        (await Calls.FailureAsync(() => CallAsync(transport))).Failure.ShouldBe(UpstreamFailure.Truncated);
        server.Accepted.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_the_upstream_closed_while_idle_is_seen_before_anything_is_sent()
    {
        var closed = new TaskCompletionSource();
        var requests = 0;
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            Interlocked.Increment(ref requests);
            await c.AnswerAsync("ok");
            c.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            closed.TrySetResult();
            await c.UntilClosedAsync();
        });
        var time = new FakeTimeProvider();
        await using var transport = Transport(server, time: time);
        await CallAsync(transport);
        await closed.Task.Patiently();
        time.Advance(TimeSpan.FromSeconds(1));
        await CallAsync(transport);
        requests.ShouldBe(2);
        server.Accepted.ShouldBe(2);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: foo, Close\r\n\r\nok")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nsurplus")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=1\r\n\r\nok")]
    public async Task A_connection_whose_state_is_doubtful_is_not_used_again(string answer)
    {
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.SendAsync(answer);
            await c.UntilClosedAsync();
        });
        await using var transport = Transport(server);
        await CallAsync(transport);
        transport.Pool.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4140)]
    public async Task Bytes_that_nobody_asked_for_are_never_taken_for_the_next_answer(int readSize)
    {
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            // The announced end falls on the end of what the reader asks for, so that no read ever sees the surplus.
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 8195\r\n\r\n" + new string('x', 8195) + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
            await c.UntilClosedAsync();
        });
        await using var transport = Transport(server);
        for (var i = 0; i < 3; i++)
        {
            await using var reply = await SendAsync(transport, Calls.Post(stream: true));
            (await Calls.ReadAllAsync(reply, readSize).Patiently()).Length.ShouldBe(8195);
        }
    }

    [Fact]
    public async Task A_body_that_was_not_read_to_its_end_costs_the_connection()
    {
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
            await c.UntilClosedAsync();
        });
        await using var transport = Transport(server);
        await using (await SendAsync(transport, Calls.Post()))
        {
        }
        transport.Pool.Count.ShouldBe(0);
    }

    [Fact]
    public async Task An_unread_body_that_came_whole_with_the_head_does_not_cost_the_connection()
    {
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.SendAsync("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbusy\r\n0\r\n\r\n");
            await c.UntilClosedAsync();
        });
        await using var transport = Transport(server);
        await using (await SendAsync(transport, Calls.Post()))
        {
        }
        transport.Pool.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_is_reported_and_its_target_never_asked()
    {
        await using var target = new RawServer(c => c.ReadRequestAsync());
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.SendAsync($"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:{target.Port}/\r\nContent-Length: 0\r\n\r\n");
        });
        await using var transport = Transport(server);
        await using var reply = await SendAsync(transport, Calls.Post());
        reply.Status.ShouldBe(307);
        target.Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task A_call_cut_while_it_connects_fails_with_the_reason_and_was_not_dispatched()
    {
        var asked = new TaskCompletionSource();
        var connector = new UpstreamConnector(TimeProvider.System, async (_, token) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return [];
        });
        await using var transport = new Http1Transport(Calls.Upstream("http://slow.example"), connector, TimeProvider.System);
        var call = Calls.Post();
        var sending = transport.SendAsync(call).AsTask();
        await asked.Task.Patiently();
        call.Abort(UpstreamFailure.CallerLeft);
        var failure = await Calls.FailureAsync(() => sending);
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.CallerLeft, false));
    }

    [Fact]
    public async Task A_call_cut_while_it_waits_for_the_head_fails_with_the_reason_and_closes_the_connection()
    {
        var arrived = new TaskCompletionSource();
        var closed = new TaskCompletionSource();
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            arrived.SetResult();
            await c.UntilClosedAsync();
            closed.SetResult();
        });
        await using var transport = Transport(server);
        var call = Calls.Post();
        var sending = transport.SendAsync(call).AsTask();
        await arrived.Task.Patiently();
        call.Abort(UpstreamFailure.FirstByteTimeout);
        var failure = await Calls.FailureAsync(() => sending);
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.FirstByteTimeout, true));
        await closed.Task.Patiently();
    }

    [Theory]
    [InlineData("Content-Length: 100")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("X-None: 1")]
    public async Task A_call_cut_in_the_middle_of_the_body_fails_with_the_reason_and_closes_the_connection(string framing)
    {
        var closed = new TaskCompletionSource();
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.SendAsync($"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n4\r\npart\r\n");
            await c.UntilClosedAsync();
            closed.SetResult();
        });
        await using var transport = Transport(server);
        var call = Calls.Post(stream: true);
        await using var reply = await SendAsync(transport, call);
        var reading = Calls.ReadAllAsync(reply);
        call.Abort(UpstreamFailure.IdleTimeout);
        (await Calls.FailureAsync(() => reading)).Failure.ShouldBe(UpstreamFailure.IdleTimeout);
        await closed.Task.Patiently();
        await reply.DisposeAsync();
        transport.Pool.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_call_that_was_cut_beforehand_sends_nothing()
    {
        await using var server = new RawServer(async c => await c.ReadRequestAsync());
        await using var transport = Transport(server);
        var call = Calls.Post();
        call.Abort(UpstreamFailure.Draining);
        var failure = await Calls.FailureAsync(() => CallAsync(transport, call));
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.Draining, false));
    }

    [Fact]
    public async Task A_late_cut_does_not_touch_the_next_call_on_the_same_connection()
    {
        var second = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.AnswerAsync("first");
            await c.ReadRequestAsync();
            second.SetResult();
            await go.Task;
            await c.AnswerAsync("second");
        });
        await using var transport = Transport(server);
        var firstCall = Calls.Post();
        var firstReply = await SendAsync(transport, firstCall);
        await Calls.ReadAllAsync(firstReply);
        await firstReply.DisposeAsync();
        var next = CallAsync(transport);
        await second.Task.Patiently();
        firstCall.Abort(UpstreamFailure.CallerLeft);
        await firstReply.DisposeAsync();
        go.SetResult();
        (await next).ShouldBe("second");
        server.Accepted.ShouldBe(1);
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_the_body_is_never_an_end()
    {
        var headRead = new TaskCompletionSource();
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\n\r\nno length, so only a close may end this");
            await headRead.Task;
            c.Reset();
        });
        await using var transport = Transport(server);
        await using var reply = await SendAsync(transport, Calls.Post());
        headRead.SetResult();
        (await Calls.FailureAsync(() => Calls.ReadAllAsync(reply))).Failure.ShouldBe(UpstreamFailure.Truncated);
    }

    [Theory]
    [InlineData("req\r\nx-evil: 1", "1.1 s", null)]
    [InlineData("", "1.1 s", null)]
    [InlineData("req", "1.1 ✓", null)]
    [InlineData("req", "1.1 s", "00-\0")]
    public async Task A_header_value_that_could_be_two_headers_is_never_sent(string requestId, string via, string? traceParent)
    {
        await using var server = new RawServer(async c => await c.ReadRequestAsync());
        await using var transport = Transport(server);
        var call = new UpstreamCall { Method = "POST", Path = "/x", RequestId = requestId, Via = via, TraceParent = traceParent };
        var failure = await Calls.FailureAsync(() => CallAsync(transport, call));
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.Protocol, false));
    }

    [Fact]
    public void A_key_that_could_be_two_headers_is_refused_when_the_transport_is_made()
    {
        var upstream = Calls.Upstream("http://example.com") with { ApiKey = new("sk\r\nx-evil: 1") };
        Should.Throw<ArgumentException>(() => new Http1Transport(upstream, new UpstreamConnector(TimeProvider.System), TimeProvider.System))
            .Message.ShouldNotContain("evil");
    }

    [Fact]
    public async Task Idle_connections_are_closed_after_a_minute()
    {
        var closed = new TaskCompletionSource();
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.AnswerAsync("ok");
            await c.UntilClosedAsync();
            closed.SetResult();
        });
        var time = new FakeTimeProvider();
        await using var transport = Transport(server, time: time);
        await CallAsync(transport);
        time.Advance(TimeSpan.FromSeconds(59));
        transport.Pool.Count.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(16));
        transport.Pool.Count.ShouldBe(0);
        await closed.Task.Patiently();
    }

    [Fact]
    public async Task A_busy_connection_is_replaced_after_two_minutes_so_that_new_addresses_are_seen()
    {
        await using var server = new RawServer(async c =>
        {
            while (true)
            {
                await c.ReadRequestAsync();
                await c.AnswerAsync($"{c.Number}");
            }
        });
        var time = new FakeTimeProvider();
        await using var transport = Transport(server, time: time);
        for (var i = 0; i < 4; i++)
        {
            (await CallAsync(transport)).ShouldBe("1");
            time.Advance(TimeSpan.FromSeconds(30));
        }
        (await CallAsync(transport)).ShouldBe("2");
    }

    [Fact]
    public async Task A_disposed_transport_lets_calls_end_and_keeps_no_connection()
    {
        var go = new TaskCompletionSource();
        await using var server = new RawServer(async c =>
        {
            await c.ReadRequestAsync();
            await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
            await go.Task;
            await c.SendAsync("done");
            await c.UntilClosedAsync();
        });
        var transport = Transport(server);
        await using (var reply = await SendAsync(transport, Calls.Post()))
        {
            await transport.DisposeAsync();
            go.SetResult();
            (await Calls.ReadAllAsync(reply)).ShouldBe("done");
        }
        transport.Pool.Count.ShouldBe(0);
    }
}
