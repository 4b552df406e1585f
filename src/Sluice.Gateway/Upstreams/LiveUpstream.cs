namespace Sluice.Gateway.Upstreams;

/// <summary>An upstream and the connections to it.</summary>
public sealed class LiveUpstream(UpstreamDefinition definition, IUpstreamTransport transport)
{
    public UpstreamDefinition Definition { get; } = definition;
    public IUpstreamTransport Transport { get; } = transport;
    /// <summary>DeepSeek keeps some endpoints in other places than OpenAI.</summary>
    public bool IsDeepSeek { get; } = string.Equals(definition.BaseUrl.IdnHost, "api.deepseek.com", StringComparison.OrdinalIgnoreCase)
        && definition.BaseUrl.AbsolutePath is "/" or "";
}
