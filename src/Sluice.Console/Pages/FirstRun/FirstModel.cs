using Sluice.Console.Door;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.FirstRun;

/// <summary>A model that can be called here, for examples; a real one where there is one.</summary>
internal static class FirstModel
{
    private const string Usual = "deepseek-chat";

    public static async Task<string> OfAsync(Plane plane) =>
        ((await plane.GetAsync<Page<CallableModelAnswer>>("/models")).Value?.Data ?? []).Where(static m => m is { IsPattern: false, MayCall: true }).OrderBy(static m => m.IsSandbox).FirstOrDefault()?.Name ?? Usual;
}
