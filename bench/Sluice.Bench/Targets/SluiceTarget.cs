using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sluice.Bench.Load;

namespace Sluice.Bench.Targets;

/// <summary>Sluice with everything on: a production key with every limit set (far too high to refuse), journal, metering and records.</summary>
internal static class SluiceTarget
{
    internal const string Name = "Sluice";

    private const string BenchKey = """
        {"name":"bench","kind":"production","limits":{"callsPerDay":1000000000,"requestsPerMinute":1000000000,"tokensPerMinute":1000000000000,"concurrency":100000}}
        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    internal static Target Target(string assembly) => new(Name, IsDotNet: true, (folder, upstreamPort) => Start(assembly, folder, upstreamPort));

    /// <summary>First start in an empty folder, and a second one on what the first left: each until the first answered call.</summary>
    internal static (double FirstMs, double FirstCpuMs, RunningTarget Second) StartTwice(string assembly, string folder, int upstreamPort)
    {
        double firstMs, firstCpuMs;
        string key;
        using (var first = Launch(assembly, folder, upstreamPort, () => FirstRun(folder)?.TestKey))
        {
            firstMs = first.FirstAnswerMs;
            firstCpuMs = first.FirstAnswerCpuMs;
            key = first.Endpoint.ApiKey;
        }

        return (firstMs, firstCpuMs, Launch(assembly, folder, upstreamPort, () => key));
    }

    private static RunningTarget Start(string assembly, string folder, int upstreamPort)
    {
        var started = Launch(assembly, folder, upstreamPort, () => FirstRun(folder)?.TestKey);
        try
        {
            var key = CreateKey(started.Endpoint.Url, FirstRun(folder)!.Value.ManagementToken);
            return started.WithKey(key);
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }

    private static RunningTarget Launch(string assembly, string folder, int upstreamPort, Func<string?> key)
    {
        var port = Endpoint.FreePort();
        var environment = new Dictionary<string, string>
        {
            ["Sluice__Upstreams__0__Name"] = "bench",
            ["Sluice__Upstreams__0__Kind"] = "openai",
            ["Sluice__Upstreams__0__BaseUrl"] = $"http://127.0.0.1:{upstreamPort}/v1",
            ["Sluice__Upstreams__0__ApiKey"] = "sk-bench",
            ["Sluice__Upstreams__0__Models__0"] = "bench-model",
        };
        var process = new ChildProcess(
            folder, environment, "dotnet", assembly, "--urls", $"http://127.0.0.1:{port}", "--data", Path.Combine(folder, "data"));
        try
        {
            var used = "";
            var ms = FirstAnswer.Wait(process, port, () => used = key(), StartTimeout);
            return new RunningTarget(process, new Endpoint(port, used!), ms);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    private static (string TestKey, string ManagementToken)? FirstRun(string folder)
    {
        var file = Path.Combine(folder, "data", "first-run.json");
        if (!File.Exists(file)) return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            return (json.RootElement.GetProperty("testKey").GetString()!, json.RootElement.GetProperty("managementToken").GetString()!);
        }
        catch (JsonException)
        {
            // Half written; the caller asks again.
            return null;
        }
    }

    private static string CreateKey(string url, string managementToken)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", managementToken);
        using var content = new StringContent(BenchKey, Encoding.UTF8, "application/json");
        using var answer = client.PostAsync(new Uri(url + "/api/v1/keys"), content).GetAwaiter().GetResult();
        var body = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"Creating the benchmark's key was answered with {(int)answer.StatusCode}: {body}");
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("key").GetString()!;
    }
}
