using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Sluice.Bench.Targets;

namespace ManyKeys;

/// <summary>The server as it is delivered, in a process of its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly ChildProcess _process;
    private readonly string _folder;

    private ServerProcess(ChildProcess process, string folder, string url) => (_process, _folder, Url) = (process, folder, url);

    internal string Url { get; }

    internal int Id => _process.Id;

    internal TimeSpan Running => Stopwatch.GetElapsedTime(_process.StartedAt);

    internal static string Data(string folder) => Path.Combine(folder, "data");

    internal static ServerProcess Start(string server, string folder)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        File.Delete(Path.Combine(folder, "output.log"));
        return new ServerProcess(new ChildProcess(folder, new Dictionary<string, string>(), "dotnet", server, "--urls", url, "--data", Data(folder)), folder, url);
    }

    internal string Log => File.Exists(Path.Combine(_folder, "output.log")) ? File.ReadAllText(Path.Combine(_folder, "output.log")) : "";

    internal static string ManagementToken(string folder)
        => JsonDocument.Parse(File.ReadAllText(Path.Combine(Data(folder), "first-run.json"))).RootElement.GetProperty("managementToken").GetString()!;

    /// <summary>Asks again until it holds.</summary>
    internal async Task UntilAsync(Func<Task<bool>> holds, string what, int everyMs = 2)
    {
        while (!await holds())
        {
            if (_process.HasExited || Running > TimeSpan.FromMinutes(5)) throw new InvalidOperationException($"It never came to it: {what}. The server's last words:\n{_process.LastWords()}");
            await Task.Delay(everyMs);
        }
    }

    internal Task UntilReadyAsync(HttpClient client) => UntilAsync(async () =>
    {
        try
        {
            using var answer = await client.GetAsync(Url + "/readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }, "ready");

    public void Dispose() => _process.Dispose();
}
