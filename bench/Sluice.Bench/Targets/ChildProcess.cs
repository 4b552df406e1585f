using System.Diagnostics;
using Sluice.Bench.Linux;

namespace Sluice.Bench.Targets;

/// <summary>A process of the rig in a folder of its own; its output goes to <c>output.log</c> there. Ended with the rig, also when the rig is interrupted.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly List<ChildProcess> Running = [];

    private readonly Process _process;
    private readonly string _log;

    internal ChildProcess(string folder, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        _log = Path.Combine(folder, "output.log");
        // exec keeps the process id; the shell is only there to send the output to a file, which costs the rig nothing to read.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder, RedirectStandardInput = true };
        foreach (var argument in (string[])["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", _log, .. command]) start.ArgumentList.Add(argument);
        foreach (var inherited in start.Environment.Keys.Where(IsSetting).ToArray()) start.Environment.Remove(inherited);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        StartedAt = Stopwatch.GetTimestamp();
        _process = Process.Start(start)!;
        lock (Gate) Running.Add(this);
    }

    internal int Id => _process.Id;

    internal long StartedAt { get; }

    internal bool HasExited => _process.HasExited;

    /// <summary>The last lines that the process wrote, for a message about why it did not work.</summary>
    internal string LastWords()
    {
        if (!File.Exists(_log)) return "(it wrote nothing)";
        var lines = File.ReadAllLines(_log).Where(l => l.Trim().Length > 0).TakeLast(6).ToArray();
        return lines.Length == 0 ? "(it wrote nothing)" : string.Join('\n', lines);
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (!Running.Remove(this)) return;
        }

        if (!_process.HasExited)
        {
            _ = LibC.Kill(_process.Id, LibC.Terminate);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(15))) _process.Kill(entireProcessTree: true);
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    internal static void EndAll()
    {
        ChildProcess[] all;
        lock (Gate) all = [.. Running];
        foreach (var child in all) child.Dispose();
    }

    /// <summary>Settings of the person at the keyboard must not change what is measured.</summary>
    private static bool IsSetting(string name) =>
        name.StartsWith("Sluice__", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("_API_KEY", StringComparison.OrdinalIgnoreCase) || name is "DOTNET_ENVIRONMENT";
}
