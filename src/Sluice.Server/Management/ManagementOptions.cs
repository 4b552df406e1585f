using System.Net;
using Sluice.Gateway.Limits;
using Sluice.Gateway.Upstreams;

namespace Sluice.Server.Management;

/// <summary>What the control plane needs to know of the rest of the house. Set once, at start.</summary>
public sealed class ManagementOptions
{
    /// <summary>Canonical names of the gateway's endpoints: what a key's <c>scope.routes</c> may name.</summary>
    public IReadOnlyList<string> Endpoints { get; set; } =
    [
        "POST /v1/chat/completions", "POST /v1/completions", "POST /beta/completions", "POST /v1/embeddings",
        "POST /v1/images/generations", "GET /v1/models", "GET /user/balance", "GET /v1/chat/completions",
    ];

    /// <summary>The stages that calls to an endpoint pass, in their order: by them the times in a request record are named.</summary>
    public Func<string, IReadOnlyList<string>> StagesOf { get; set; } = static _ => [];

    /// <summary>Upstreams from the configuration: listed, and not changed here.</summary>
    public IReadOnlyList<UpstreamDefinition> ConfiguredUpstreams { get; set; } = [];

    /// <summary>How the node is.</summary>
    public Func<Installation.NodeState> Node { get; set; } = static () => new Installation.NodeState("sqlite", DateTimeOffset.UnixEpoch, [], []);

    /// <summary>Where a call comes from, proxies that are trusted taken into account.</summary>
    public Func<HttpContext, IPAddress> ClientAddress { get; set; } = static http => http.Connection.RemoteIpAddress ?? IPAddress.None;

    /// <summary>What people reach this server as, without a trailing slash.</summary>
    public Func<string> BaseUrl { get; set; } = static () => "http://localhost";

    /// <summary>Calls a minute that one address may make to operations that need no caller.</summary>
    public int StrangerCallsPerMinute { get; set; } = 60;

    /// <summary>Identity providers that people can sign in with.</summary>
    public IReadOnlyList<Contracts.Management.SignInProvider> SignInProviders { get; set; } = [];

    /// <summary>Where GitHub publishes the keys that it signs secret scanning's reports with; <see langword="null"/> where these are not taken.</summary>
    public Uri? GitHubScanningKeysUrl { get; set; }

    /// <summary>How accounts work here.</summary>
    public Sluice.Server.Accounts.AccountOptions Accounts { get; set; } = new();

    /// <summary>
    /// Calls of a key counted on a day (<see cref="DateOnly.DayNumber"/> in the organisation's time zone), calls under way included; called off the socket
    /// threads. Where it is not set, the records that were written so far are counted.
    /// </summary>
    public Func<string, int, CancellationToken, ValueTask<long>>? CallsOnDay { get; set; }

    /// <summary>What is taken from the limits of a key in this process, by its id and its organisation's time zone.</summary>
    public Func<string, TimeZoneInfo, LimitUse>? LimitUseOf { get; set; }
}
