using Sluice.Bench.Load;

namespace Sluice.Bench.Targets;

/// <summary>A bare YARP host: forwards everything, does nothing else.</summary>
internal static class YarpTarget
{
    internal static Target Target(string assembly) => new("YARP", IsDotNet: true, (folder, upstreamPort) => Start(assembly, folder, upstreamPort));

    private static RunningTarget Start(string assembly, string folder, int upstreamPort)
    {
        var port = Endpoint.FreePort();
        var process = new ChildProcess(
            folder, new Dictionary<string, string>(), "dotnet", assembly, "--urls", $"http://127.0.0.1:{port}", "--upstream", $"http://127.0.0.1:{upstreamPort}");
        var ms = FirstAnswer.Wait(process, port, () => "none", TimeSpan.FromSeconds(30));
        return new RunningTarget(process, new Endpoint(port, "none"), ms);
    }
}
