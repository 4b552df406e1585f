using Sluice.Gateway.Sandbox;
using Sluice.Gateway.Upstreams;

namespace Sluice.Server.Configuration;

/// <summary>All upstreams, with the sandbox where it is wanted.</summary>
/// <param name="all">Configured and stored ones.</param>
internal sealed class SandboxStandIn(IUpstreamDirectory all, SandboxSettings settings) : IUpstreamDirectory
{
    public const string SandboxName = "sandbox";

    public async ValueTask<IReadOnlyList<UpstreamDefinition>> LoadAllAsync(CancellationToken cancellationToken)
        => With(await all.LoadAllAsync(cancellationToken), settings);

    /// <summary>
    /// The sandbox stands in for well-known models only as long as nothing real is there, neither configured nor stored: an answer that was made up must
    /// never be the fallback of one that costs money. With <c>Sluice:Sandbox:Enabled=true</c> it stays reachable under <c>sandbox/…</c> names.
    /// </summary>
    public static IReadOnlyList<UpstreamDefinition> With(IReadOnlyList<UpstreamDefinition> all, SandboxSettings settings)
    {
        if (settings.Enabled is false || all.Any(u => u.Id == UpstreamSettings.IdOf(SandboxName))) return all;
        if (all.Count == 0) return [Sandbox("")];
        return settings.Enabled is true ? [.. all, Sandbox("sandbox/")] : all;
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
        Models = [.. SandboxModels.WellKnown.Select(name => new ServedModel(prefix + name, name))],
        AllowPrivateAddress = true,
    };
}
