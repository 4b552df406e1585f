using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Upstreams;

public enum UpstreamKind { OpenAI, Sandbox }

/// <summary>A model that an upstream serves.</summary>
/// <param name="Name">What callers ask for.</param>
/// <param name="UpstreamName">What the upstream calls it; the same unless configured as <c>alias=upstream-name</c>.</param>
public sealed record ServedModel(string Name, string UpstreamName);

/// <summary>A provider endpoint with credentials, as configured by file, environment or the management API.</summary>
public sealed record UpstreamDefinition
{
    /// <summary><c>ups_…</c> for stored ones, <c>cfg_&lt;name&gt;</c> for configured ones.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required UpstreamKind Kind { get; init; }
    /// <summary>Absolute http or https URL that the endpoint path is appended to, without a trailing slash, such as <c>https://api.openai.com/v1</c>. Ignored by the sandbox.</summary>
    public required Uri BaseUrl { get; init; }
    public PlainSecret? ApiKey { get; init; }
    public required IReadOnlyList<ServedModel> Models { get; init; }
    /// <summary>Lower is asked first.</summary>
    public int Priority { get; init; }
    /// <summary>Share of calls among upstreams of one priority, 1–1000.</summary>
    public int Weight { get; init; } = 1;
    /// <summary>Loopback, private and link-local addresses are refused unless the operator said so.</summary>
    public bool AllowPrivateAddress { get; init; }
    public bool Enabled { get; init; } = true;
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>From the last byte of the request to the first of the answer's head. DeepSeek may queue for ten minutes.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(600);
    /// <summary>Longest silence between two bytes of an answer.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);
}
