using System.Net;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway;

/// <summary>What the host tells the gateway at start. Bound and validated by the host; immutable afterwards.</summary>
public sealed class GatewayOptions
{
    /// <summary>The caller's address after trusted proxies.</summary>
    public required Func<HttpContext, IPAddress> ClientAddress { get; init; }

    /// <summary>Where the journal lies and how durable it is.</summary>
    public required LedgerOptions Ledger { get; init; }

    /// <summary>Random, per process: by it a call that comes back through an upstream is recognised. ASCII letters and digits.</summary>
    public required string InstanceName { get; init; }

    public IReadOnlyList<ModelPrice> Prices { get; init; } = [];

    /// <summary>A comment is sent into a stream that was silent this long.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A caller that takes nothing for this long is cut off.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Calls under way at once; more are refused with 503. At least 1.</summary>
    public int CallsInFlightMax { get; init; } = 20_000;
}
