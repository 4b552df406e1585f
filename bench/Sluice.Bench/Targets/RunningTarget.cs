using Sluice.Bench.Linux;
using Sluice.Bench.Load;

namespace Sluice.Bench.Targets;

/// <summary>One of the four ways to the stand-in, running.</summary>
internal sealed class RunningTarget(ChildProcess process, Endpoint endpoint, double firstAnswerMs) : IDisposable
{
    private readonly int[] _pids = ProcessCost.WithChildren(process.Id);
    private readonly long _startNs = ProcessCost.CpuNanoseconds(ProcessCost.WithChildren(process.Id));

    internal Endpoint Endpoint { get; } = endpoint;

    /// <summary>The processes whose CPU and memory count.</summary>
    internal IReadOnlyList<int> Pids => _pids;

    /// <summary>Milliseconds from the start of the process to its first answered call.</summary>
    internal double FirstAnswerMs { get; } = firstAnswerMs;

    /// <summary>CPU milliseconds that the start took; unlike the time it does not grow when the machine is busy with other things.</summary>
    internal double FirstAnswerCpuMs => _startNs / 1e6;

    internal RunningTarget WithKey(string key) => new(process, Endpoint with { ApiKey = key }, FirstAnswerMs);

    public void Dispose() => process.Dispose();
}
