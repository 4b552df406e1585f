using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Leaks;

/// <summary>How a response to a leak leaves its trace, whether somebody's call or the system itself acts.</summary>
/// <param name="Telling">Messages and notifications.</param>
/// <param name="Audit">Organisation, action, object and detail of an entry; without an organisation, the log of the caller's or the operator's.</param>
/// <param name="KeyChanged">Says that a key is no longer what nodes remember.</param>
/// <param name="Source">Where the leak was seen, such as <c>report</c>.</param>
internal sealed record LeakTrace(Trace Telling, Action<string?, string, string, IReadOnlyList<(string Name, object? Value)>> Audit, Action<string> KeyChanged, string Source, DateTimeOffset Now, CancellationToken CancellationToken);
