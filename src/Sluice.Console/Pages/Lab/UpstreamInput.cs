using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Console.Pages.FirstRun;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Lab;

/// <summary>What the form of an upstream holds: as typed, as a provider has it, or as the upstream is. The credential is never given back to the form.</summary>
public sealed record UpstreamInput
{
    public string Name { get; init; } = "";
    public string BaseUrl { get; init; } = "";
    public string Models { get; init; } = "";
    public string Priority { get; init; } = "0";
    public string Weight { get; init; } = "1";
    public bool AllowPrivateAddress { get; init; }
    public string ConnectTimeoutMs { get; init; } = "";
    public string FirstByteTimeoutMs { get; init; } = "";
    public string IdleTimeoutMs { get; init; } = "";
    public bool IsSandbox { get; init; }

    public static UpstreamInput Of(FormFields form, bool isSandbox = false) => new()
    {
        Name = form.Raw("name"), BaseUrl = form.Raw("baseUrl"), Models = form.Raw("models"), Priority = form.Text("priority"), Weight = form.Text("weight"), AllowPrivateAddress = form.Flag("allowPrivateAddress"),
        ConnectTimeoutMs = form.Text("connectTimeoutMs"), FirstByteTimeoutMs = form.Text("firstByteTimeoutMs"), IdleTimeoutMs = form.Text("idleTimeoutMs"), IsSandbox = isSandbox,
    };

    internal static UpstreamInput Of(UpstreamPreset preset) => new()
    {
        Name = preset.Id is "other" ? "" : preset.Id, BaseUrl = preset.BaseUrl, Models = preset.Models.Replace(", ", "\n", StringComparison.Ordinal), AllowPrivateAddress = preset.IsLocal,
    };

    public static UpstreamInput Of(UpstreamAnswer upstream) => new()
    {
        Name = upstream.Name, BaseUrl = upstream.BaseUrl ?? "", Models = string.Join('\n', upstream.Models), Priority = Text(upstream.Priority), Weight = Text(upstream.Weight), AllowPrivateAddress = upstream.AllowPrivateAddress,
        ConnectTimeoutMs = Text(upstream.ConnectTimeoutMs), FirstByteTimeoutMs = Text(upstream.FirstByteTimeoutMs), IdleTimeoutMs = Text(upstream.IdleTimeoutMs), IsSandbox = upstream.Kind is UpstreamKinds.Sandbox,
    };

    /// <summary>The body of a creation or change: everything that the form shows; the credential only where one was typed.</summary>
    public JsonObject ToBody(FormFields form, bool isNew)
    {
        var body = new JsonObject { ["name"] = Name.Trim(), ["models"] = form.Words("models").ToJson() };
        if (isNew) body["kind"] = UpstreamKinds.OpenAI;
        if (!IsSandbox) body["baseUrl"] = BaseUrl.Trim();
        if (!IsSandbox) body["allowPrivateAddress"] = AllowPrivateAddress;
        if (form.Optional("apiKey") is { } key) body["apiKey"] = key;
        foreach (var name in (string[])["priority", "weight", "connectTimeoutMs", "firstByteTimeoutMs", "idleTimeoutMs"])
        {
            if (form.Number(name) is { } number) body[name] = number;
        }

        return body;
    }

    public static JsonObject ToTest(FormFields form)
    {
        var body = new JsonObject { ["kind"] = UpstreamKinds.OpenAI, ["baseUrl"] = form.Text("baseUrl"), ["allowPrivateAddress"] = form.Flag("allowPrivateAddress") };
        if (form.Optional("apiKey") is { } key) body["apiKey"] = key;
        return body;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
