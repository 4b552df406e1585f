using System.Text.Json;
using Sluice.Contracts.Management;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Upstreams;

/// <summary>Upstreams as the API shows them. Of a secret it says only that there is one.</summary>
internal static class UpstreamView
{
    public static UpstreamAnswer Of(UpstreamRow row) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Kind = row.Kind,
        Source = UpstreamSources.Management,
        BaseUrl = row.Kind is UpstreamKinds.Sandbox ? null : row.BaseUrl,
        HasApiKey = row.SealedApiKey is not null,
        Models = JsonSerializer.Deserialize(row.Models, ManagementJson.Default.IReadOnlyListString) ?? [],
        Priority = row.Priority,
        Weight = row.Weight,
        AllowPrivateAddress = row.AllowPrivateAddress,
        Enabled = row.Enabled,
        ConnectTimeoutMs = row.ConnectTimeoutMs,
        FirstByteTimeoutMs = row.FirstByteTimeoutMs,
        IdleTimeoutMs = row.IdleTimeoutMs,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.UpdatedAtMs),
    };

    public static UpstreamAnswer Of(UpstreamDefinition configured) => new()
    {
        Id = configured.Id,
        Name = configured.Name,
        Kind = configured.Kind is UpstreamKind.Sandbox ? UpstreamKinds.Sandbox : UpstreamKinds.OpenAI,
        Source = UpstreamSources.Configuration,
        BaseUrl = configured.Kind is UpstreamKind.Sandbox ? null : configured.BaseUrl.AbsoluteUri.TrimEnd('/'),
        HasApiKey = configured.ApiKey is not null,
        Models = [.. configured.Models.Select(static m => m.Name == m.UpstreamName ? m.Name : $"{m.Name}={m.UpstreamName}")],
        Priority = configured.Priority,
        Weight = configured.Weight,
        AllowPrivateAddress = configured.AllowPrivateAddress,
        Enabled = configured.Enabled,
        ConnectTimeoutMs = (long)configured.ConnectTimeout.TotalMilliseconds,
        FirstByteTimeoutMs = (long)configured.FirstByteTimeout.TotalMilliseconds,
        IdleTimeoutMs = (long)configured.IdleTimeout.TotalMilliseconds,
    };
}
