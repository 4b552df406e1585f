using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Sluice.Bench.Linux;
using Sluice.Gateway.Keys;
using static ManyKeys.MeasureTable;

namespace ManyKeys;

/// <summary>The server on all these keys: how soon it serves, and what calls and the list of keys take, before and after all keys are in memory.</summary>
internal static class MeasureServer
{
    private const int Calls = 2_000;
    private const int Pages = 50;

    internal static async Task<IReadOnlyList<string>> RunAsync(string server, string folder, Seeded seeded)
    {
        Console.Error.WriteLine("the server");
        var rows = new List<string>();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var process = ServerProcess.Start(server, folder);
        var last = seeded.Texts[^1];
        await process.UntilReadyAsync(client);
        rows.Add(Row("start until ready", "{0:0.00} s", process.Running.TotalSeconds));
        rows.Add(Row("… CPU", "{0:0.00} s", Cpu()));
        await process.UntilAsync(async () => await StatusAsync(client, process.Url, last) == 200, "the last key's call is answered");
        rows.Add(Row("start until a call with the key that is read last is answered", "{0:0.00} s", process.Running.TotalSeconds));
        if (!process.Log.Contains("keys were read in", StringComparison.Ordinal))
        {
            rows.Add(Row("a key not in memory yet, first call, p50", "{0:0.00} ms", await MedianAsync(client, process.Url, seeded.Texts.Skip(seeded.Texts.Count - 80).Take(40), 200)));
            rows.Add(Row("an unknown key meanwhile, first call, p50", "{0:0.00} ms", await MedianAsync(client, process.Url, Enumerable.Range(0, 20).Select(_ => Unknown()), 401)));
            await process.UntilAsync(() => Task.FromResult(process.Log.Contains("keys were read in", StringComparison.Ordinal)), "all keys are in", everyMs: 20);
        }

        rows.Add(Row("start until all keys are in memory", "{0:0.0} s", process.Running.TotalSeconds));
        rows.Add(Row("… CPU", "{0:0.0} s", Cpu()));
        rows.Add(Row("a known key, p50", "{0:0.00} ms", await MedianAsync(client, process.Url, seeded.Texts.TakeLast(Calls), 200)));
        rows.Add(Row("an unknown key, p50", "{0:0.00} ms", await MedianAsync(client, process.Url, Enumerable.Range(0, Calls).Select(_ => Unknown()), 401)));
        rows.Add(Row("a mistyped key, p50", "{0:0.00} ms", await MedianAsync(client, process.Url, seeded.Texts.TakeLast(Calls).Select(t => t[..^1] + (t[^1] == 'a' ? 'b' : 'a')), 401)));
        rows.Add(Row("resident memory of the server", "{0:0} MiB", ProcessCost.ResidentKiB([process.Id]) / 1024.0));
        var pages = await PagesAsync(client, process.Url, seeded.ManagementToken);
        rows.Add(Row($"`GET /api/v1/keys?limit=100` of {seeded.Keys / 5:N0}, first page, p50 of {Pages}", "{0:0.0} ms", pages.First));
        rows.Add(Row($"`GET /api/v1/keys?limit=100`, following pages, p50 of {Pages}", "{0:0.0} ms", pages.Following));
        return rows;

        double Cpu() => ProcessCost.CpuNanoseconds([process.Id]) / 1e9;
    }

    private static string Unknown() => KeyText.Create(KeyPurpose.Live, out _).Reveal();

    private static async Task<int> StatusAsync(HttpClient client, string url, string key)
    {
        // A question that the gateway answers itself: authentication and network check, and no upstream.
        using var request = new HttpRequestMessage(HttpMethod.Get, url + "/user/balance");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static async Task<double> MedianAsync(HttpClient client, string url, IEnumerable<string> keys, int status)
    {
        var times = new List<double>();
        foreach (var key in keys)
        {
            var began = Stopwatch.GetTimestamp();
            var was = await StatusAsync(client, url, key);
            if (was != status) throw new InvalidOperationException($"A call was answered with {was}, not {status}.");
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return Median(times);
    }

    private static async Task<(double First, double Following)> PagesAsync(HttpClient client, string url, string token)
    {
        List<double> first = [], following = [];
        string? cursor = null;
        for (var i = 0; i < Pages; i++) first.Add((await PageAsync(client, url, token, null)).Ms);
        for (var i = 0; i < Pages; i++)
        {
            (var ms, cursor) = await PageAsync(client, url, token, cursor);
            following.Add(ms);
            if (cursor is null) break;
        }

        return (Median(first), Median(following));
    }

    private static async Task<(double Ms, string? Cursor)> PageAsync(HttpClient client, string url, string token, string? cursor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url + "/api/v1/keys?limit=100" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var began = Stopwatch.GetTimestamp();
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var ms = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(text);
        return (ms, json.RootElement.TryGetProperty("nextCursor", out var next) ? next.GetString() : null);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
