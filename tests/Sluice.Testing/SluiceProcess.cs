using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Sluice.Testing;

/// <summary>The built server as a process of its own: for what only a process has, such as signals, exit codes, and what it prints.</summary>
public sealed partial class SluiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;

    private SluiceProcess(Process process, string workingFolder, string dataFolder, string baseUrl)
    {
        _process = process;
        WorkingFolder = workingFolder;
        DataFolder = dataFolder;
        BaseUrl = baseUrl;
        Client = new HttpClient { BaseAddress = new Uri(baseUrl), Timeout = TimeSpan.FromMinutes(5) };
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _errors));
    }

    public string WorkingFolder { get; }
    public string DataFolder { get; }
    public string BaseUrl { get; }
    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;

    /// <summary>Without credentials.</summary>
    public HttpClient Client { get; }

    public string Output { get { lock (_output) return _output.ToString(); } }

    public string Errors { get { lock (_errors) return _errors.ToString(); } }

    /// <summary>Starts <c>dotnet Sluice.Server.dll</c> and returns at once.</summary>
    /// <param name="workingFolder">Where it runs: <c>.env</c> and <c>appsettings.json</c> are looked for here.</param>
    /// <param name="environment">Added to a clean environment; vendors' keys of the machine that runs the tests are not passed on.</param>
    /// <param name="arguments">After <c>--urls</c> and <c>--data</c>, which are given unless the environment or these name them.</param>
    /// <param name="port">0 picks a free one.</param>
    public static SluiceProcess Start(string workingFolder, IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyList<string>? arguments = null, int port = 0)
    {
        if (port == 0) port = FreePort.Next();
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var inherited = start.Environment.Where(e => e.Key is "PATH" or "HOME" or "DOTNET_ROOT" or "TMPDIR" or "TZ" or "LD_LIBRARY_PATH").ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in inherited) start.Environment[name] = value;
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;

        arguments ??= [];
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Sluice.Server.dll"));
        var baseUrl = $"http://127.0.0.1:{port}";
        if (!arguments.Contains("--urls")) Add("--urls", baseUrl);
        var data = Path.Combine(workingFolder, "data");
        var given = arguments.ToList().IndexOf("--data");
        if (given >= 0) data = Path.GetFullPath(arguments[given + 1], workingFolder);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return new SluiceProcess(Process.Start(start)!, workingFolder, data, baseUrl);

        void Add(string name, string value)
        {
            start.ArgumentList.Add(name);
            start.ArgumentList.Add(value);
        }
    }

    /// <summary>Starts it and waits until <c>/readyz</c> says yes.</summary>
    public static async Task<SluiceProcess> StartReadyAsync(string workingFolder, IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyList<string>? arguments = null, int port = 0)
    {
        var process = Start(workingFolder, environment, arguments, port);
        try
        {
            await process.WaitReadyAsync();
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async Task WaitReadyAsync(TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < (within ?? TimeSpan.FromSeconds(60)))
        {
            if (_process.HasExited)
            {
                await _reading;
                throw new InvalidOperationException($"The server ended with {_process.ExitCode} instead of becoming ready.\n{Output}\n{Errors}");
            }
            try
            {
                using var answer = await Client.GetAsync(new Uri("/readyz", UriKind.Relative));
                if (answer.StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(20);
        }
        throw new TimeoutException($"The server did not become ready.\n{Output}\n{Errors}");
    }

    public FirstRunFile FirstRun() => FirstRunFile.Read(DataFolder);

    /// <summary>A client that sends the first run's test key.</summary>
    public HttpClient ClientWithTestKey()
    {
        var client = new HttpClient { BaseAddress = new Uri(BaseUrl), Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", FirstRun().TestKey);
        return client;
    }

    /// <summary><c>kill -9</c>; returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await WaitForExitAsync();
    }

    public void Terminate() => Signal(15);

    public void Interrupt() => Signal(2);

    /// <summary>Waits for the end and for the last line of output.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(60));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _reading;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The server did not end.\n{Output}\n{Errors}");
        }
        return _process.ExitCode;
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited && Kill(_process.Id, signal) != 0) throw new InvalidOperationException($"kill failed with errno {Marshal.GetLastPInvokeError()}.");
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder into)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (into) into.AppendLine(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Client.Dispose();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}

/// <summary>What the first run wrote down.</summary>
public sealed record FirstRunFile(string BaseUrl, string TestKey, string ManagementToken, string SetupUrl)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static FirstRunFile Read(string dataFolder)
        => JsonSerializer.Deserialize<FirstRunFile>(File.ReadAllBytes(Path.Combine(dataFolder, "first-run.json")), Web)!;
}
