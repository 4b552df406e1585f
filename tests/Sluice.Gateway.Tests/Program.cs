using Sluice.Gateway.Tests.Ledger;

namespace Sluice.Gateway.Tests;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (KilledProcess.Folder is { } folder) return await KilledProcess.RunAsync(folder);
        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
