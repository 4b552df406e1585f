using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Tests.Upstreams;

public sealed class OperatorHttpTests
{
    private static readonly OperatorHttpRules Private = new() { AllowPrivateAddress = true, ConnectTimeout = TimeSpan.FromSeconds(30), Deadline = TimeSpan.FromSeconds(60) };

    internal static HttpClient Client(OperatorHttpRules? rules = null, TimeProvider? time = null, X509Certificate2? trusted = null)
        => new OperatorHttp(new UpstreamConnector(TimeProvider.System, (_, _) => Task.FromResult(new[] { IPAddress.Loopback })), time ?? TimeProvider.System, trusted is null ? null : [trusted])
            .NewClient(rules ?? Private);

    internal static RawServer Answering(string answer) => new(async c =>
    {
        await c.ReadHeadAsync();
        await c.SendAsync(answer);
    });

    internal static Task<HttpResponseMessage> GetAsync(HttpClient client, RawServer server, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
        => client.GetAsync(new Uri($"http://provider.example:{server.Port}/a"), completion, TestContext.Current.CancellationToken).Patiently();

    private static async Task<HttpRequestException> FailureAsync(HttpClient client, RawServer server, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
        => await Should.ThrowAsync<HttpRequestException>(() => GetAsync(client, server, completion));

    [Fact]
    public async Task A_redirect_is_an_answer_and_is_not_followed()
    {
        await using var elsewhere = new RawServer(c => c.ReadHeadAsync());
        await using var server = Answering($"HTTP/1.1 302 Found\r\nLocation: http://provider.example:{elsewhere.Port}/\r\nContent-Length: 0\r\n\r\n");
        using var client = Client();
        using var response = await GetAsync(client, server);
        response.StatusCode.ShouldBe(HttpStatusCode.Found);
        elsewhere.Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task A_private_address_is_connected_to_only_where_that_was_allowed()
    {
        await using var server = Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using (var guarded = Client(Private with { AllowPrivateAddress = false }))
        {
            var inner = (await FailureAsync(guarded, server)).InnerException.ShouldBeOfType<UpstreamException>();
            inner.Failure.ShouldBe(UpstreamFailure.ForbiddenAddress);
        }
        server.Accepted.ShouldBe(0);
        using var open = Client();
        using var response = await GetAsync(open, server);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("ok");
    }

    [Fact]
    public void Without_being_told_otherwise_private_addresses_are_refused() => new OperatorHttpRules().AllowPrivateAddress.ShouldBeFalse();

    [Theory]
    [InlineData(HttpCompletionOption.ResponseContentRead)]
    [InlineData(HttpCompletionOption.ResponseHeadersRead)]
    public async Task An_answer_that_is_larger_than_allowed_is_not_taken(HttpCompletionOption completion)
    {
        await using var server = Answering($"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n{new string('x', 1001)}");
        using var client = Client(Private with { AnswerBytesMax = 1000 });
        await FailureAsync(client, server, completion);
    }

    [Fact]
    public async Task An_answer_without_announced_length_is_bounded_too()
    {
        await using var server = Answering($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{new string('x', 1001)}\r\n0\r\n\r\n");
        using var client = Client(Private with { AnswerBytesMax = 1000 });
        await FailureAsync(client, server);
    }

    [Fact]
    public async Task Endless_headers_are_not_taken()
    {
        await using var server = Answering($"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat($"x: {new string('y', 1000)}\r\n", 64))}\r\n");
        using var client = Client();
        await FailureAsync(client, server);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")]
    public async Task A_silent_server_is_given_up_at_the_deadline_even_inside_the_body(string sent)
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        await using var server = new RawServer(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync(sent);
            asked.SetResult();
            await c.UntilClosedAsync();
        });
        using var client = Client(Private with { Deadline = TimeSpan.FromSeconds(10) }, time);
        var failing = FailureAsync(client, server, HttpCompletionOption.ResponseHeadersRead);
        await asked.Task.Patiently();
        time.Advance(TimeSpan.FromSeconds(10));
        (await failing.Patiently()).Message.ShouldContain("did not answer within 10 s");
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_told_so_and_not_that_it_was_late()
    {
        await using var server = new RawServer(c => c.UntilClosedAsync());
        using var client = Client();
        using var given = new CancellationTokenSource();
        var call = client.GetAsync(new Uri($"http://provider.example:{server.Port}/a"), given.Token);
        await given.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call.Patiently());
    }

    [Fact]
    public async Task Cookies_of_one_answer_do_not_come_back_with_the_next_request()
    {
        var heads = new List<string>();
        await using var server = new RawServer(async c =>
        {
            heads.Add(await c.ReadHeadAsync());
            await c.SendAsync("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        using var client = Client();
        (await GetAsync(client, server)).Dispose();
        (await GetAsync(client, server)).Dispose();
        heads.Count.ShouldBe(2);
        heads[1].ShouldNotContain("cookie", Case.Insensitive);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        var certificate = Certificates.For("localhost");
        await using var server = new RawServer(async c =>
        {
            await using var tls = new System.Net.Security.SslStream(new NetworkStream(c.Socket));
            try
            {
                await tls.AuthenticateAsServerAsync(certificate);
                (await tls.ReadAsync(new byte[65536])).ShouldBePositive();
                await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client did not want it.
            }
        });
        var url = new Uri($"https://localhost:{server.Port}/");
        using var untrusting = Client();
        (await Should.ThrowAsync<HttpRequestException>(() => untrusting.GetAsync(url, TestContext.Current.CancellationToken).Patiently())).HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
        using var trusting = Client(trusted: certificate);
        using var response = await trusting.GetAsync(url, TestContext.Current.CancellationToken).Patiently();
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}

/// <summary>Changes what the whole process takes for its proxy, so nothing runs beside it.</summary>
[CollectionDefinition(nameof(OperatorHttpProxyTests), DisableParallelization = true)]
[Collection(nameof(OperatorHttpProxyTests))]
public sealed class OperatorHttpProxyTests
{
    [Fact]
    public async Task The_proxy_of_the_environment_is_not_used()
    {
        await using var proxy = new RawServer(c => c.ReadHeadAsync());
        await using var server = OperatorHttpTests.Answering("HTTP/1.1 204 No Content\r\n\r\n");
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy($"http://127.0.0.1:{proxy.Port}");
        try
        {
            using var client = OperatorHttpTests.Client();
            using var response = await OperatorHttpTests.GetAsync(client, server);
            response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
        proxy.Accepted.ShouldBe(0);
    }
}
