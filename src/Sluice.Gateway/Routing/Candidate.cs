using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Routing;

/// <summary>One way to serve a model: an upstream and its own name for the model.</summary>
public sealed class Candidate(LiveUpstream upstream, ServedModel model)
{
    public LiveUpstream Upstream { get; } = upstream;
    public UpstreamDefinition Definition => Upstream.Definition;
    public ServedModel Model { get; } = model;

    /// <summary>The name as a JSON string, to be put in place of the caller's; empty where it is the same.</summary>
    public ReadOnlyMemory<byte> ModelJson { get; } = model.UpstreamName == model.Name
        ? default
        : System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(model.UpstreamName);

    /// <summary>What the record says was used.</summary>
    public string ModelUsed(string asked) => Model.UpstreamName.EndsWith('*') ? asked : Model.UpstreamName;
}
