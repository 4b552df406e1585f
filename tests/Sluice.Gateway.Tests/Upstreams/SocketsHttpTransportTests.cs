using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Requests;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Gateway.Upstreams.SocketsHttp;

namespace Sluice.Gateway.Tests.Upstreams;

public sealed class SocketsHttpTransportTests
{
    private static readonly X509Certificate2 Localhost = Certificates.For("localhost");

    private static SocketsHttpTransport Transport(int port, X509Certificate2? trusted, TimeSpan? connectTimeout = null)
        => new(Calls.Upstream($"https://localhost:{port}/v1") with { ConnectTimeout = connectTimeout ?? TimeSpan.FromSeconds(30) },
            new UpstreamConnector(TimeProvider.System, (_, _) => Task.FromResult(new[] { IPAddress.Loopback })),
            trusted is null ? null : [trusted]);

    private static async Task<UpstreamReply> SendAsync(IUpstreamTransport transport, UpstreamCall call) => await transport.SendAsync(call).AsTask().Patiently();

    private static async Task<string> CallAsync(IUpstreamTransport transport, UpstreamCall? call = null)
    {
        await using var reply = await SendAsync(transport, call ?? Calls.Post());
        return await Calls.ReadAllAsync(reply).Patiently();
    }

    /// <summary>A TLS server that hands what arrives inside to the script, as text, and sends what it returns.</summary>
    private static RawServer TlsServer(X509Certificate2 certificate, Func<string, string> answer, Action<string>? received = null) => new(async c =>
    {
        await using var tls = new SslStream(new NetworkStream(c.Socket));
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = [SslApplicationProtocol.Http11] });
            var buffer = new byte[65536];
            while (true)
            {
                var text = new StringBuilder();
                do
                {
                    var count = await tls.ReadAsync(buffer);
                    if (count == 0) return;
                    text.Append(Encoding.Latin1.GetString(buffer, 0, count));
                }
                while (!text.ToString().EndsWith("{}", StringComparison.Ordinal));
                received?.Invoke(text.ToString());
                var bytes = Encoding.Latin1.GetBytes(answer(text.ToString()));
                await tls.WriteAsync(bytes);
                if (!bytes.AsSpan().StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"u8)) return;
            }
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client broke off.
        }
    });

    [Fact]
    public async Task The_request_carries_the_call_and_nothing_of_its_own()
    {
        var seen = "";
        await using var server = TlsServer(Localhost, _ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", text => seen = text);
        await using var transport = Transport(server.Port, Localhost);
        using var activity = new System.Diagnostics.Activity("outer").Start();
        (await CallAsync(transport)).ShouldBe("ok");
        (await CallAsync(transport)).ShouldBe("ok");
        server.Accepted.ShouldBe(1);
        seen.ShouldStartWith("POST /v1/chat/completions HTTP/1.1\r\n");
        var names = seen.Split("\r\n\r\n")[0].Split("\r\n").Skip(1).Select(line => line.Split(':')[0].ToLowerInvariant()).Order();
        names.ShouldBe(["accept", "accept-encoding", "authorization", "content-length", "content-type", "host", "user-agent", "via", "x-request-id"]);
        seen.ShouldContain($"Authorization: Bearer {Calls.Secret}\r\n");
    }

    public static TheoryData<string> BadCertificates => ["self-signed", "another host", "expired", "not yet valid"];

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public async Task A_certificate_that_proves_nothing_gets_no_byte_of_the_request(string kind)
    {
        using var certificate = kind switch
        {
            "another host" => Certificates.For("other.example"),
            "expired" => Certificates.For("localhost", -10, -1),
            "not yet valid" => Certificates.For("localhost", 1, 10),
            _ => Certificates.For("localhost"),
        };
        var received = new StringBuilder();
        await using var server = TlsServer(certificate, _ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", text => received.Append(text));
        await using var transport = Transport(server.Port, kind == "self-signed" ? Localhost : certificate);
        var failure = await Calls.FailureAsync(() => CallAsync(transport));
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.Tls, false));
        received.Length.ShouldBe(0);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("220 mail.example ESMTP\r\n")]
    [InlineData("")]
    public async Task A_peer_without_TLS_gets_no_credentials(string answer)
    {
        var received = new StringBuilder();
        await using var server = new RawServer(async c =>
        {
            var buffer = new byte[65536];
            received.Append(Encoding.Latin1.GetString(buffer, 0, await c.Socket.ReceiveAsync(buffer)));
            await c.SendAsync(answer);
            c.Socket.Shutdown(SocketShutdown.Send);
            await c.UntilClosedAsync();
        });
        await using var transport = Transport(server.Port, Localhost);
        var failure = await Calls.FailureAsync(() => CallAsync(transport));
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.Tls, false));
        received.ToString().ShouldNotContain(Calls.Secret);
        received.ToString().ShouldNotContain("POST");
    }

    [Fact]
    public async Task A_handshake_that_never_ends_is_a_connect_timeout()
    {
        await using var server = new RawServer(c => c.UntilClosedAsync());
        await using var transport = Transport(server.Port, Localhost, TimeSpan.FromMilliseconds(300));
        var failure = await Calls.FailureAsync(() => CallAsync(transport));
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.ConnectTimeout, false));
    }

    [Fact]
    public async Task A_call_cut_in_the_handshake_fails_with_the_reason_and_was_not_dispatched()
    {
        var connected = new TaskCompletionSource();
        await using var server = new RawServer(c =>
        {
            connected.SetResult();
            return c.UntilClosedAsync();
        });
        await using var transport = Transport(server.Port, Localhost);
        var call = Calls.Post();
        var sending = CallAsync(transport, call);
        await connected.Task.Patiently();
        call.Abort(UpstreamFailure.CallerLeft);
        var failure = await Calls.FailureAsync(() => sending);
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.CallerLeft, false));
    }

    [Fact]
    public async Task A_forbidden_address_is_told_as_such()
    {
        await using var server = new RawServer(c => c.UntilClosedAsync());
        await using var transport = new SocketsHttpTransport(Calls.Upstream($"https://127.0.0.1:{server.Port}") with { AllowPrivateAddress = false }, new UpstreamConnector(TimeProvider.System));
        var failure = await Calls.FailureAsync(() => CallAsync(transport));
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.ForbiddenAddress, false));
        server.Accepted.ShouldBe(0);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", UpstreamFailure.Protocol)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n", UpstreamFailure.Protocol)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nshort", UpstreamFailure.Truncated)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", UpstreamFailure.Truncated)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n", UpstreamFailure.Protocol)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", UpstreamFailure.Truncated)]
    [InlineData("nonsense\r\n\r\n", UpstreamFailure.Protocol)]
    [InlineData("", UpstreamFailure.Truncated)]
    public async Task A_bad_answer_is_told_apart_and_was_dispatched(string answer, UpstreamFailure expected)
    {
        await using var server = TlsServer(Localhost, _ => answer);
        await using var transport = Transport(server.Port, Localhost);
        var failure = await Calls.FailureAsync(() => CallAsync(transport));
        (failure.Failure, failure.Dispatched).ShouldBe((expected, true));
    }

    [Fact]
    public async Task A_head_that_is_too_large_is_told_apart()
    {
        await using var server = TlsServer(Localhost, _ => $"HTTP/1.1 200 OK\r\nX: {new string('x', 100_000)}\r\n\r\n");
        await using var transport = Transport(server.Port, Localhost);
        (await Calls.FailureAsync(() => CallAsync(transport))).Failure.ShouldBe(UpstreamFailure.TooLarge);
    }

    [Fact]
    public async Task A_redirect_is_reported_and_its_target_never_asked()
    {
        await using var target = new RawServer(c => c.ReadRequestAsync());
        await using var server = TlsServer(Localhost, _ => $"HTTP/1.1 302 Found\r\nLocation: http://localhost:{target.Port}/\r\nContent-Length: 0\r\n\r\n");
        await using var transport = Transport(server.Port, Localhost);
        await using var reply = await SendAsync(transport, Calls.Post());
        reply.Status.ShouldBe(302);
        target.Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task Answer_headers_outside_ASCII_are_as_good_as_none()
    {
        await using var server = TlsServer(Localhost, _ => "HTTP/1.1 429 No\r\nRetry-After: caf\u00e9\r\nContent-Type: text/\u00e9\r\nX-Request-Id: up-1\r\nContent-Length: 0\r\n\r\n");
        await using var transport = Transport(server.Port, Localhost);
        await using var reply = await SendAsync(transport, Calls.Post());
        (reply.Status, reply.RetryAfter, reply.ContentType, reply.UpstreamRequestId).ShouldBe((429, null, null, "up-1"));
    }

    [Fact]
    public async Task A_header_value_that_could_be_two_headers_is_never_sent()
    {
        await using var server = new RawServer(c => c.UntilClosedAsync());
        await using var transport = Transport(server.Port, Localhost);
        var call = new UpstreamCall { Method = "POST", Path = "/x", RequestId = "req\r\nx-evil: 1", Via = "1.1 s" };
        var failure = await Calls.FailureAsync(() => CallAsync(transport, call));
        (failure.Failure, failure.Dispatched).ShouldBe((UpstreamFailure.Protocol, false));
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Streams_arrive_as_they_are_sent_over_both_versions_and_a_cut_reaches_the_upstream(HttpProtocols protocols)
    {
        var cut = new TaskCompletionSource();
        var proceed = new SemaphoreSlim(0);
        await using var app = await KestrelAsync(protocols, async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.RequestAborted.Register(cut.SetResult);
            context.Response.ContentType = "text/event-stream";
            for (var i = 1; ; i++)
            {
                await context.Response.WriteAsync($"data: {context.Request.Protocol} {i}\n\n");
                await context.Response.Body.FlushAsync();
                await proceed.WaitAsync(context.RequestAborted);
            }
        });
        await using var transport = Transport(app.Port, Localhost);
        var call = Calls.Post(stream: true);
        await using var reply = await SendAsync(transport, call);
        var buffer = new byte[4096];
        for (var i = 1; i <= 3; i++)
        {
            var count = await reply.ReadAsync(buffer).AsTask().Patiently();
            Encoding.ASCII.GetString(buffer, 0, count).ShouldBe($"data: {(protocols == HttpProtocols.Http2 ? "HTTP/2" : "HTTP/1.1")} {i}\n\n");
            if (i < 3) proceed.Release();
        }
        var silent = reply.ReadAsync(buffer).AsTask();
        call.Abort(UpstreamFailure.IdleTimeout);
        (await Calls.FailureAsync(() => silent)).Failure.ShouldBe(UpstreamFailure.IdleTimeout);
        await reply.DisposeAsync();
        await cut.Task.Patiently();
    }

    [Fact]
    public async Task An_answer_over_HTTP_2_before_the_request_was_taken_leaves_nobody_reading_the_callers_memory()
    {
        await using var app = await KestrelAsync(HttpProtocols.Http2, async context =>
        {
            context.Response.StatusCode = 413;
            await context.Response.WriteAsync("big");
        });
        await using var transport = Transport(app.Port, Localhost);
        var call = new UpstreamCall { Method = "POST", Path = "/x", Body = new SplicedBody(new byte[8 * 1024 * 1024]), RequestId = "r", Via = "1.1 v" };
        await using (var reply = await SendAsync(transport, call))
        {
            reply.Status.ShouldBe(413);
            (await Calls.ReadAllAsync(reply).Patiently()).ShouldBe("big");
            await reply.DisposeAsync().AsTask().Patiently();
        }
        (await CallAsync(transport)).ShouldBe("big");
    }

    private sealed record RunningApp(WebApplication App, int Port) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => App.DisposeAsync();
    }

    private static async Task<RunningApp> KestrelAsync(HttpProtocols protocols, RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            listen.UseHttps(Localhost);
        }));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.Zero);
        var app = builder.Build();
        app.Run(handler);
        await app.StartAsync();
        return new RunningApp(app, new Uri(app.Urls.First()).Port);
    }
}
