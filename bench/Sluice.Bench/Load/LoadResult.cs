namespace Sluice.Bench.Load;

/// <summary>What one measured window showed. A unit is a call or a stream chunk.</summary>
/// <param name="Units">Calls answered with 200, or chunks received, in the window.</param>
/// <param name="Failures">Calls answered otherwise or not at all, streams that ended early.</param>
/// <param name="UnitsPerSecond">Throughput.</param>
/// <param name="CpuMicrosecondsPerUnit">CPU of the watched processes per unit.</param>
/// <param name="P50Microseconds">Median latency, or forwarding delay of a chunk.</param>
/// <param name="P99Microseconds">The same at 99 in 100.</param>
internal sealed record LoadResult(long Units, long Failures, double UnitsPerSecond, double CpuMicrosecondsPerUnit, double P50Microseconds, double P99Microseconds);
