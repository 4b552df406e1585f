using Sluice.Console.Door;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.FirstRun;

/// <summary>Tries an upstream out as it is described in a form, before it is kept.</summary>
internal static class UpstreamTrial
{
    public static Task<Reply<UpstreamTestAnswer>> RunAsync(Plane plane, string baseUrl, string? apiKey, bool allowPrivate) => plane.PostAsync<UpstreamTestAnswer>("/upstreams/test",
        new TestUpstreamBody { Kind = UpstreamKinds.OpenAI, BaseUrl = baseUrl, ApiKey = apiKey, AllowPrivateAddress = allowPrivate ? true : null });
}
