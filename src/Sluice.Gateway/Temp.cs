#pragma warning disable CA1822
#if true
using Sluice.Gateway.Records;
namespace Sluice.Gateway.Ledger {
public sealed class LedgerOptions {}
public sealed class LedgerUnavailableException : IOException {}
public sealed class CallLedger { public ValueTask ReserveAsync(CallIntent i)=>default; public void Settle(RequestRecord r){} }
public sealed class LedgerRecovery { public ValueTask<IReadOnlyList<DayCount>> RecoverAsync(CancellationToken c)=>default; }
}
namespace Sluice.Gateway.Records { public sealed class RequestIds(TimeProvider time) { public string Next()=>time.ToString()!; } }
namespace Sluice.Gateway.Sandbox { 
public sealed class SandboxOptions {} 
public sealed class SandboxTransport(SandboxOptions o, TimeProvider t) : Upstreams.IUpstreamTransport { public ValueTask<Upstreams.UpstreamReply> SendAsync(Upstreams.UpstreamCall call)=>throw new InvalidOperationException(o.ToString()+t); public ValueTask DisposeAsync()=>default; }
public sealed class SandboxImages { public const string Route="/x"; public Task ServeAsync(Microsoft.AspNetCore.Http.HttpContext c)=>Task.CompletedTask; }
}
#endif
