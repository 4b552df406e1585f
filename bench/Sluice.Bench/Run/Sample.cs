using Sluice.Bench.Load;

namespace Sluice.Bench.Run;

/// <summary>What one target showed in one round of one workload; figures that a workload does not have are null.</summary>
internal sealed record Sample(string Workload, string Target, int Round)
{
    internal LoadResult? Load { get; init; }

    internal double? KiBPerStream { get; init; }

    internal double? FirstStartMs { get; init; }

    internal double? FirstStartCpuMs { get; init; }

    internal double? SecondStartMs { get; init; }

    internal double? RestingMiB { get; init; }
}
