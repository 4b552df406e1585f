namespace Sluice.Server.Hosting;

/// <summary>Older runtimes have known holes in the HTTP server this program stands on.</summary>
internal static class RuntimeFloor
{
    public static readonly Version Lowest = new(10, 0, 7);

    /// <exception cref="StartupException">The runtime is older.</exception>
    public static void Check(Version runtime)
    {
        if (new Version(runtime.Major, runtime.Minor, Math.Max(runtime.Build, 0)) < Lowest)
            throw new StartupException($"This is .NET {runtime}, and Sluice needs {Lowest} or later for its security fixes: update the .NET runtime.");
    }
}
