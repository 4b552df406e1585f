using Sluice.Gateway.Upstreams;

namespace Sluice.Server.Configuration;

/// <summary>The upstreams that settings and environment name, with the sandbox where it is wanted.</summary>
public static class ConfiguredUpstreams
{
    public const string SandboxName = "sandbox";

    // Names that examples, tutorials and SDK samples use.
    private static readonly string[] WellKnown =
    [
        "deepseek-chat", "deepseek-reasoner", "deepseek-flash", "deepseek-v4-flash", "deepseek-v4-pro",
        "gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-5-mini", "o3-mini",
        "qwen-plus", "qwen-turbo", "moonshot-v1-8k", "kimi-latest", "glm-4-flash",
        "text-embedding-3-small", "text-embedding-3-large", "gpt-image-1", "dall-e-3",
    ];

    /// <summary>
    /// The sandbox stands in for well-known models only as long as nothing real is there, neither configured nor stored: an answer that was made up must
    /// never be the fallback of one that costs money. With <c>Sluice:Sandbox:Enabled=true</c> it stays reachable under <c>sandbox/…</c> names.
    /// </summary>
    public static IReadOnlyList<UpstreamDefinition> With(ServerSettings settings, IReadOnlyList<UpstreamDefinition> stored)
    {
        var all = new List<UpstreamDefinition>(settings.Upstreams.Count + stored.Count + 1);
        all.AddRange(settings.Upstreams);
        all.AddRange(stored);
        if (settings.Sandbox.Enabled is false || all.Any(u => u.Id == UpstreamSettings.IdOf(SandboxName))) return all;
        if (all.Count == 0) all.Add(Sandbox(""));
        else if (settings.Sandbox.Enabled is true) all.Add(Sandbox("sandbox/"));
        return all;
    }

    /// <summary>A model that a pasted example can ask for.</summary>
    public static string ExampleModel(IReadOnlyList<UpstreamDefinition> upstreams)
    {
        foreach (var upstream in upstreams.Where(u => u.Enabled).OrderBy(u => u.Priority))
        {
            if (KnownVendor.All.FirstOrDefault(v => v.Name == upstream.Name && upstream.Models.Any(m => m.Name == v.ExampleModel)) is { } vendor) return vendor.ExampleModel;
            if (upstream.Models.FirstOrDefault(m => !m.Name.EndsWith('*') && !m.Name.Contains("embedding", StringComparison.OrdinalIgnoreCase)) is { } named) return named.Name;
            if (KnownVendor.All.FirstOrDefault(v => upstream.Models.Any(m => v.ExampleModel.StartsWith(m.Name.TrimEnd('*'), StringComparison.Ordinal))) is { } similar) return similar.ExampleModel;
        }
        return "deepseek-chat";
    }

    private static UpstreamDefinition Sandbox(string prefix) => new()
    {
        Id = UpstreamSettings.IdOf(SandboxName),
        Name = SandboxName,
        Kind = UpstreamKind.Sandbox,
        BaseUrl = UpstreamSettings.SandboxUrl,
        Models = [.. WellKnown.Select(name => new ServedModel(prefix + name, name))],
        AllowPrivateAddress = true,
    };
}
