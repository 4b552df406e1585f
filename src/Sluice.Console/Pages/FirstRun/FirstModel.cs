using Sluice.Console.Door;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.FirstRun;

/// <summary>A model that can be called here, for examples.</summary>
internal static class FirstModel
{
    private const string Usual = "deepseek-chat";

    public static async Task<string> OfAsync(Plane plane)
    {
        var upstreams = (await plane.GetAsync<Page<UpstreamAnswer>>("/upstreams")).Value?.Data ?? [];
        var models = upstreams.Where(static u => u.Enabled).OrderBy(static u => u.Kind is UpstreamKinds.Sandbox).SelectMany(static u => u.Models).Where(static m => !m.Contains('*', StringComparison.Ordinal));
        return models.FirstOrDefault() is { } first ? first.Split('=')[0] : Usual;
    }
}
