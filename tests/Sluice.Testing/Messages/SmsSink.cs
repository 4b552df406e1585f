using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sluice.Testing.Messages;

/// <summary>A request as it came in.</summary>
/// <param name="Target">Path and query as they were sent, undecoded.</param>
public sealed record SmsRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>Values of the query, decoded.</summary>
    public IReadOnlyDictionary<string, string> Query => Fields(Target.Contains('?') ? Target[(Target.IndexOf('?', StringComparison.Ordinal) + 1)..] : "");

    /// <summary>Values of a form in the body, decoded.</summary>
    public IReadOnlyDictionary<string, string> Form => Fields(Body);

    private static Dictionary<string, string> Fields(string text) => text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2))
        .ToDictionary(p => Uri.UnescapeDataString(p[0].Replace('+', ' ')), p => Uri.UnescapeDataString(p[1].Replace('+', ' ')));
}

/// <summary>A provider of text messages on a real port that keeps what it is asked and answers anything.</summary>
public sealed class SmsSink : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<SmsRequest> _requests = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private int _taken;

    private SmsSink(WebApplication app) => _app = app;

    /// <summary>Writes the answer; a 200 with a short JSON body unless set.</summary>
    public Func<SmsRequest, HttpContext, Task> Answer { get; set; } = (_, http) => http.Response.WriteAsync("""{"ok":true}""");

    public string BaseUrl { get; private set; } = "";

    public IReadOnlyList<SmsRequest> Requests { get { lock (_requests) return [.. _requests]; } }

    public static async Task<SmsSink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var sink = new SmsSink(builder.Build());
        sink._app.Run(sink.TakeAsync);
        await sink._app.StartAsync();
        sink.BaseUrl = sink._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return sink;
    }

    public void AnswerWith(int status, string body, string contentType = "application/json") => Answer = (_, http) =>
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        return http.Response.WriteAsync(body);
    };

    /// <summary>The next request that no earlier call of this method returned.</summary>
    public async Task<SmsRequest> NextAsync(TimeSpan? within = null)
    {
        if (!await _arrived.WaitAsync(within ?? TimeSpan.FromSeconds(30))) throw new TimeoutException("No request reached the SMS sink.");
        lock (_requests) return _requests[_taken++];
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var target = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var request = new SmsRequest(http.Request.Method, target, http.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), await reader.ReadToEndAsync());
        lock (_requests) _requests.Add(request);
        _arrived.Release();
        await Answer(request, http);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _arrived.Dispose();
    }
}
