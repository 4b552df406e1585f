namespace Sluice.Bench.Targets;

/// <summary>A way to the stand-in that can be started: <c>start(folder, upstreamPort)</c> uses the folder for everything it writes.</summary>
internal sealed record Target(string Name, bool IsDotNet, Func<string, int, RunningTarget> Start);
