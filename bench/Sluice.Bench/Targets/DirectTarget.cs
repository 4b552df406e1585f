using System.Globalization;
using Sluice.Bench.Load;

namespace Sluice.Bench.Targets;

/// <summary>No proxy: the stand-in itself. What it costs here is in every other figure too.</summary>
internal static class DirectTarget
{
    internal const string Name = "direct";

    private static readonly Dictionary<string, string> NoEnvironment = [];

    /// <summary>Starts a stand-in in a process of its own.</summary>
    internal static RunningTarget StartUpstream(string folder)
    {
        var port = Endpoint.FreePort();
        var process = new ChildProcess(
            folder, NoEnvironment, "dotnet", typeof(DirectTarget).Assembly.Location, "upstream", "--port", port.ToString(CultureInfo.InvariantCulture));
        var ms = FirstAnswer.Wait(process, port, () => "none", TimeSpan.FromSeconds(20));
        return new RunningTarget(process, new Endpoint(port, "none"), ms);
    }
}
