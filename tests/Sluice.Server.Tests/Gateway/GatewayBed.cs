using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Records;
using Sluice.Server.Storage.Records;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>
/// The server before a scriptable upstream, seen from outside, for the tests of one class. When it ends it makes sure that no secret showed
/// anywhere while they ran: not in an answer, not in the log, not in a record, not in a file.
/// </summary>
public class GatewayBed : IAsyncLifetime
{
    public const string UpstreamKey = "sk-canary-upstream-5e1f7a90c2d4";
    private readonly ConcurrentBag<string> _seen = [];
    private readonly ConcurrentBag<string> _keys = [];
    private readonly TempFolder _folder = new();
    private string _banner = "";

    public FakeUpstream Upstream { get; } = FakeUpstream.Start();
    public SluiceServer Server { get; private set; } = null!;
    /// <summary>A production key without limits.</summary>
    public string Key { get; private set; } = "";
    public string KeyId { get; private set; } = "";

    /// <summary>Calls under way in the gateway.</summary>
    public int InFlight => Server.Services.GetRequiredService<GatewayDrain>().InFlight;

    /// <summary>Model <c>m</c> (and <c>alias</c>, which the upstream knows as <c>real-name</c>) is patient, <c>hasty</c> gives up after two seconds.</summary>
    protected virtual SluiceServerOptions Options()
        => new SluiceServerOptions().With(Upstream, "m,alias=real-name", "patient", ("ApiKey", UpstreamKey))
            .With(Upstream, "hasty", "hasty", ("ApiKey", UpstreamKey), ("ConnectTimeout", "0.5"), ("FirstByteTimeout", "1.5"), ("IdleTimeout", "2"));

    public virtual async ValueTask InitializeAsync()
    {
        // Else the first counts of a test would be guesses.
        await TokenCounter.WarmAsync();
        Server = await SluiceServer.StartAsync(Options() with { DataFolder = _folder.File("data") });
        _banner = Server.Output;
        (Key, KeyId) = await NewKeyAsync("""{"name":"bed","kind":"production"}""");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Server.Services.GetRequiredService<CallLedger>().DrainNowAsync(TestContext.Current.CancellationToken);
        var seen = string.Join('\n', _seen);
        var records = new StringBuilder();
        await foreach (var record in RecordsAsync(new RecordFilter())) records.Append(JsonSerializer.Serialize(record));
        await Server.DisposeAsync();
        await Upstream.DisposeAsync();

        var log = Server.Output[_banner.Length..];
        foreach (var secret in (string[])[UpstreamKey, Server.TestKey, Server.ManagementToken, .. _keys])
        {
            // Found by the recognisable middle of a secret too: half a secret is a leak.
            var part = secret[(secret.Length / 2)..];
            seen.Contains(part, StringComparison.Ordinal).ShouldBeFalse("a secret is in an answer");
            log.Contains(part, StringComparison.Ordinal).ShouldBeFalse("a secret is in the log");
            records.ToString().Contains(part, StringComparison.Ordinal).ShouldBeFalse("a secret is in a record");
            foreach (var file in Directory.EnumerateFiles(Server.DataFolder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "first-run.json"))
                File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(part)).ShouldBe(-1, $"a secret is in {file}");
        }
        log.Contains("   at ", StringComparison.Ordinal).ShouldBeFalse($"something failed inside the gateway:\n{log}");
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public async Task<(string Key, string Id)> NewKeyAsync(string body)
    {
        var made = await Server.CreateKeyAsync(body);
        _keys.Add(made.Key);
        return made;
    }

    /// <summary>A secret made by a test itself.</summary>
    public void Watch(string secret) => _keys.Add(secret);

    public static string ChatBody(string model = "m", bool stream = false, string more = "")
        => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Say something."}],"stream":{{(stream ? "true" : "false")}}{{more}}}""";

    public Task<GatewayAnswer> ChatAsync(bool stream = false, string model = "m", string? key = null, string more = "", Action<HttpRequestMessage>? change = null)
        => SendAsync(HttpMethod.Post, "/v1/chat/completions", ChatBody(model, stream, more), key, change);

    /// <summary>Sends and reads to the end, or to where the answer breaks.</summary>
    /// <param name="key"><see langword="null"/> for the bed's, empty for none.</param>
    public async Task<GatewayAnswer> SendAsync(HttpMethod method, string path, string? body = null, string? key = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = SluiceServer.Json(body);
        key ??= Key;
        // The client of the test key is used for its connections only.
        request.Headers.Authorization = key.Length > 0 ? new AuthenticationHeaderValue("Bearer", key) : null;
        change?.Invoke(request);
        using var response = await Anonymous.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    public async Task<GatewayAnswer> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(", ", h.Value));
        var body = new MemoryStream();
        var isBroken = false;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            await stream.CopyToAsync(body);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            isBroken = true;
        }
        var text = Encoding.UTF8.GetString(body.ToArray());
        _seen.Add(text.Length > 100_000 ? text[..100_000] : text);
        _seen.Add(string.Join('\n', headers.Select(h => h.Key + ": " + h.Value)));
        return new GatewayAnswer((int)response.StatusCode, headers, text, isBroken);
    }

    /// <summary>Connections without credentials.</summary>
    public HttpClient Anonymous => field ??= Server.NewClient(null);

    /// <summary>The one record of a call, once it is there.</summary>
    public Task<RequestRecord> RecordAsync(GatewayAnswer answer) => RecordAsync(answer.RequestId);

    public async Task<RequestRecord> RecordAsync(string requestId)
    {
        var reader = Server.Services.GetRequiredService<RecordStorage>().Reader;
        for (var i = 0; ; i++)
        {
            await Server.Services.GetRequiredService<CallLedger>().DrainNowAsync(TestContext.Current.CancellationToken);
            if (await reader.GetAsync(null, requestId, TestContext.Current.CancellationToken) is { } record) return record;
            (i < 500).ShouldBeTrue($"{requestId} was never recorded\n{Server.Output}");
            await Task.Delay(20);
        }
    }

    public async IAsyncEnumerable<RequestRecord> RecordsAsync(RecordFilter filter)
    {
        var reader = Server.Services.GetRequiredService<RecordStorage>().Reader;
        await Server.Services.GetRequiredService<CallLedger>().DrainNowAsync();
        string? cursor = null;
        do
        {
            var page = await reader.ListAsync(filter, cursor, 1000, CancellationToken.None);
            foreach (var record in page.Records) yield return record;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    /// <summary>The record of the one call that a key ever made, for callers who never saw its id.</summary>
    public async Task<RequestRecord> OnlyRecordAsync(string keyId)
    {
        for (var i = 0; ; i++)
        {
            var all = new List<RequestRecord>();
            await foreach (var record in RecordsAsync(new RecordFilter { KeyId = keyId })) all.Add(record);
            if (all.Count > 0) return all.ShouldHaveSingleItem();
            (i < 500).ShouldBeTrue($"no call of {keyId} was ever recorded");
            await Task.Delay(20);
        }
    }

    public async Task<long> CallsTodayAsync(string? keyId = null)
        => (await Server.ManageAsync(HttpMethod.Get, $"/api/v1/keys/{keyId ?? KeyId}")).GetProperty("usage").GetProperty("callsToday").GetInt64();

    /// <summary>Waits, for as long as a slow machine may need, until something holds.</summary>
    public static async Task EventuallyAsync(Func<bool> holds, string what)
    {
        for (var i = 0; !holds(); i++)
        {
            (i < 500).ShouldBeTrue($"never came true: {what}");
            await Task.Delay(20);
        }
    }

    /// <summary>After a failure the gateway is as it was: nothing under way, and the next call served.</summary>
    public async Task ShouldServeAsync()
    {
        await EventuallyAsync(() => InFlight == 0, "nothing is under way");
        (await ChatAsync()).Status.ShouldBe(200);
    }
}
