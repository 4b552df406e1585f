using System.Text;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Configuration;

namespace Sluice.Server.FirstRun;

/// <summary>What a start prints.</summary>
internal static class Banner
{
    /// <summary>Address, data and upstreams: nothing secret.</summary>
    public static string Usual(ServerSettings settings, string baseUrl, IReadOnlyList<UpstreamDefinition> upstreams, string version)
    {
        var text = new StringBuilder();
        text.Append("Sluice ").Append(version).Append(" listens on ").AppendLine(baseUrl);
        text.Append("  data       ").Append(settings.DataFolder).AppendLine(settings.Database is null ? "" : " (records and keys in PostgreSQL)");
        text.Append("  upstreams  ").AppendLine(upstreams.Count == 0 ? "none" : string.Join(", ", upstreams.Select(Named)));
        if (upstreams.All(u => u.Kind == UpstreamKind.Sandbox))
            text.AppendLine("             Answers come from the sandbox, a stand-in. For real ones set, for example, DEEPSEEK_API_KEY in .env.");
        return text.ToString();
    }

    /// <summary>What follows on the first start only.</summary>
    public static string First(FirstRunSecrets secrets, string baseUrl, string file, string model) => $$"""
          test key   {{secrets.TestKey.Reveal()}}   (500 calls a day; shown this once)
          set-up     {{secrets.SetupUrl(baseUrl)}}   (for 30 minutes)
          all this   {{file}}, readable by you only

        Try it (add "stream": true for a stream):

        curl {{baseUrl}}/v1/chat/completions -H 'Authorization: Bearer {{secrets.TestKey.Reveal()}}' -H 'Content-Type: application/json' -d '{"model":"{{model}}","messages":[{"role":"user","content":"Hello!"}]}'

        """;

    private static string Named(UpstreamDefinition upstream)
        => (upstream.Kind == UpstreamKind.Sandbox ? upstream.Name : $"{upstream.Name} ({upstream.BaseUrl.AbsoluteUri.TrimEnd('/')})") + (upstream.Enabled ? "" : " [off]");
}
