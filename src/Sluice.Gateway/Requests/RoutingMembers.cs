using System.Text;
using System.Text.Json;
using Sluice.Contracts.Errors;

namespace Sluice.Gateway.Requests;

/// <summary>
/// Members by which other gateways let callers choose where a call goes, and with which credentials. They have no business here, and an
/// upstream might obey them.
/// </summary>
internal static class RoutingMembers
{
    private static readonly string[] Names =
    [
        "api_base", "api_key", "api_version", "base_url", "baseURL", "custom_llm_provider", "extra_headers", "headers", "proxy", "proxies",
        "deployment_id", "azure_endpoint", "organization_id", "provider_config", "custom_host", "endpoint", "upstream", "target_url", "host",
        "model_list", "fallbacks", "mock_response", "litellm_params", "router_settings", "callbacks", "success_callback",
    ];

    private static readonly byte[][] Utf8 = [.. Names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The reader stands on the member's name.</summary>
    public static Refusal? Refuse(in Utf8JsonReader reader)
    {
        foreach (var name in Utf8)
        {
            if (name.Length != reader.ValueSpan.Length && !reader.ValueIsEscaped) continue;
            if (reader.ValueTextEquals(name))
                return new(ErrorCodes.UnsupportedParameter, $"'{Encoding.UTF8.GetString(name)}' is not accepted: where a call goes is decided by the gateway's operator.", Encoding.UTF8.GetString(name));
        }

        return null;
    }
}
