using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Testing;

namespace Sluice.Server.Tests.Hosting;

/// <summary>What comes in before any part of Sluice has seen it: bytes on a socket of a real process.</summary>
public sealed class DoorTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private SluiceProcess _server = null!;

    public async ValueTask InitializeAsync() => _server = await SluiceProcess.StartReadyAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Sends the bytes and returns what comes back until the connection is closed or is quiet for long.</summary>
    private async Task<(string Answer, bool Closed)> SendAsync(string bytes)
    {
        using var client = new TcpClient();
        var at = new Uri(_server.BaseUrl);
        await client.ConnectAsync(at.Host, at.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), TestContext.Current.CancellationToken);
        var answer = new StringBuilder();
        var buffer = new byte[16 * 1024];
        // A refusal closes; anything else has answered by its blank line and body, and stays open.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            while (!answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) || answer.ToString().Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
            {
                var n = await stream.ReadAsync(buffer, patience.Token);
                if (n == 0) return (answer.ToString(), true);
                answer.Append(Encoding.Latin1.GetString(buffer, 0, n));
            }
        }
        catch (IOException)
        {
            return (answer.ToString(), true);
        }
        return (answer.ToString(), false);
    }

    [Theory]
    [InlineData("+4")]
    [InlineData("-4")]
    [InlineData("4 4")]
    [InlineData("4,4")]
    [InlineData("4, 4")]
    [InlineData("0x4")]
    [InlineData("4.0")]
    [InlineData("4e0")]
    [InlineData("\u00ff4")]
    [InlineData("")]
    [InlineData("99999999999999999999")]
    [InlineData("4444444444444444444444444444444444444444")]
    public async Task A_content_length_that_is_not_digits_is_refused_and_the_connection_closed(string value)
    {
        var (answer, closed) = await SendAsync($"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: {value}\r\n\r\nabcd");
        answer.ShouldStartWith("HTTP/1.1 400 ");
        closed.ShouldBeTrue();
    }

    [Theory]
    [InlineData("GET /healthz HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\nX: y\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("POST /v1/models HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n")]
    [InlineData("POST /v1/models HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
    public async Task A_head_that_two_servers_could_read_differently_is_refused_and_the_connection_closed(string bytes)
    {
        var (answer, closed) = await SendAsync(bytes);
        answer.ShouldStartWith("HTTP/1.1 400 ");
        closed.ShouldBeTrue();
    }

    [Fact]
    public async Task Headers_beyond_32_KB_are_refused()
        => (await SendAsync($"GET /healthz HTTP/1.1\r\nHost: a\r\nX: {new string('x', 33 * 1024)}\r\n\r\n")).Answer.ShouldStartWith("HTTP/1.1 431 ");

    [Fact]
    public async Task Answers_carry_the_baseline_headers_and_do_not_name_the_server()
    {
        foreach (var path in new[] { "/healthz", "/readyz", "/v1/models", "/nothing", "/api/v1/keys", "/setup" })
        {
            using var answer = await _server.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"], path);
            answer.Headers.Contains("Server").ShouldBeFalse(path);
            if (path.StartsWith("/api", StringComparison.Ordinal)) answer.Headers.CacheControl!.NoStore.ShouldBeTrue(path);
        }
    }

    [Theory]
    [InlineData("GET", "/nothing", 404, "not_found")]
    [InlineData("GET", "/v1", 404, "not_found")]
    [InlineData("POST", "/healthz", 405, "method_not_allowed")]
    [InlineData("DELETE", "/v1/models", 405, "method_not_allowed")]
    [InlineData("GET", "/v1/completions", 405, "method_not_allowed")]
    public async Task What_is_not_there_is_said_in_the_form_of_an_OpenAI_error(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await _server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(status);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain($"\"code\":\"{code}\"");
        if (status == 405) answer.Content.Headers.Allow.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Health_and_readiness_answer_without_a_caller()
    {
        (await _server.Client.GetStringAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken)).ShouldBe("""{"status":"alive"}""");
        (await _server.Client.GetStringAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken)).ShouldBe("""{"status":"ready"}""");
    }
}
