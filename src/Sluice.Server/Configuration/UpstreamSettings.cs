using System.Text.RegularExpressions;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams;

namespace Sluice.Server.Configuration;

/// <summary>Upstreams from <c>Sluice:Upstreams</c> and from vendors' own environment variables. Both are the operator's word, so private addresses are allowed.</summary>
internal static partial class UpstreamSettings
{
    private const int UpstreamsMax = 200;
    private const int ModelsMax = 1000;
    public static readonly Uri SandboxUrl = new("http://sandbox.invalid");

    public static IReadOnlyList<UpstreamDefinition> Read(SettingReader settings, Func<string, string?> variable)
    {
        var upstreams = new List<UpstreamDefinition>();
        foreach (var path in settings.Items("Sluice:Upstreams").Take(UpstreamsMax))
        {
            var upstream = ReadOne(settings, path);
            if (upstreams.Any(u => u.Id == upstream.Id) && upstream.Name.Length > 0)
                settings.Wrong($"{path}:Name", "must be different from the other upstreams' names");
            upstreams.Add(upstream);
        }
        foreach (var vendor in KnownVendor.All)
        {
            // An upstream of that name in the settings says more than the bare key does.
            if (upstreams.Any(u => u.Name.Equals(vendor.Name, StringComparison.OrdinalIgnoreCase))) continue;
            if (ReadVendor(settings, vendor, variable) is { } upstream) upstreams.Add(upstream);
        }
        return upstreams;
    }

    private static UpstreamDefinition ReadOne(SettingReader settings, string path)
    {
        var name = settings.Required($"{path}:Name", "give the upstream a name, such as deepseek");
        if (name.Length > 0 && !NamePattern().IsMatch(name)) settings.Wrong($"{path}:Name", "must be 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit");

        var kind = settings.Choice($"{path}:Kind", UpstreamKind.OpenAI);
        var url = settings.Url($"{path}:BaseUrl");
        if (url is null && kind == UpstreamKind.OpenAI && settings.Text($"{path}:BaseUrl") is null)
            settings.Required($"{path}:BaseUrl", "give the URL that '/chat/completions' is appended to, such as https://api.deepseek.com");
        var key = settings.Text($"{path}:ApiKey");
        if (key is not null && !IsHeaderSafe(key)) settings.Problem($"{path}:ApiKey", "holds a character that a header cannot carry: only visible ASCII is allowed");

        var models = new List<ServedModel>();
        foreach (var (at, text) in settings.List($"{path}:Models").Take(ModelsMax))
        {
            if (TryParseModel(text, out var model)) models.Add(model);
            else settings.Wrong(at, text, "must be a model name, a prefix ending in '*', or alias=upstream-name");
        }
        if (models.Count == 0 && !settings.Problems.Any(p => p.StartsWith($"{path}:Models", StringComparison.Ordinal)))
            settings.Required($"{path}:Models", "name the models it serves, or '*' for all");
        foreach (var twice in models.GroupBy(m => m.Name).Where(g => g.Count() > 1))
            settings.Problem($"{path}:Models", $"names '{twice.Key}' twice");

        return new UpstreamDefinition
        {
            Id = IdOf(name),
            Name = name,
            Kind = kind,
            BaseUrl = kind == UpstreamKind.Sandbox || url is null ? SandboxUrl : WithoutTrailingSlash(url),
            ApiKey = key is null ? null : new PlainSecret(key),
            Models = models,
            Priority = (int)settings.Integer($"{path}:Priority", 0, 0, 1000),
            Weight = (int)settings.Integer($"{path}:Weight", 1, 1, 1000),
            AllowPrivateAddress = true,
            Enabled = settings.Flag($"{path}:Enabled") ?? true,
            ConnectTimeout = settings.Duration($"{path}:ConnectTimeout", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            FirstByteTimeout = settings.Duration($"{path}:FirstByteTimeout", TimeSpan.FromSeconds(600), TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            IdleTimeout = settings.Duration($"{path}:IdleTimeout", TimeSpan.FromSeconds(120), TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
        };
    }

    private static UpstreamDefinition? ReadVendor(SettingReader settings, KnownVendor vendor, Func<string, string?> variable)
    {
        if (variable(vendor.KeyVariable)?.Trim() is not { Length: > 0 } key) return null;
        if (!IsHeaderSafe(key))
        {
            settings.Problem(vendor.KeyVariable, "holds a character that a header cannot carry: only visible ASCII is allowed");
            return null;
        }
        var moved = vendor.BaseUrlVariable is null ? null : variable(vendor.BaseUrlVariable)?.Trim();
        var url = new Uri(vendor.BaseUrl);
        if (!string.IsNullOrEmpty(moved))
        {
            if (!Uri.TryCreate(moved, UriKind.Absolute, out var elsewhere) || elsewhere.Scheme is not ("http" or "https") || moved.AsSpan().ContainsAny("@?#\\ "))
            {
                settings.Problem(vendor.BaseUrlVariable!, "must be an absolute http or https URL without user, query and fragment");
                return null;
            }
            url = WithoutTrailingSlash(elsewhere);
        }
        // Whatever answers at another address has models of its own.
        IEnumerable<string> models = url.Host == new Uri(vendor.BaseUrl).Host ? vendor.Models : [.. vendor.Models, "*"];
        return new UpstreamDefinition
        {
            Id = IdOf(vendor.Name),
            Name = vendor.Name,
            Kind = UpstreamKind.OpenAI,
            BaseUrl = url,
            ApiKey = new PlainSecret(key),
            Models = [.. models.Select(m => new ServedModel(m, m))],
            AllowPrivateAddress = true,
        };
    }

    /// <summary>Reads <c>name</c>, <c>prefix*</c>, <c>*</c> or <c>alias=upstream-name</c>.</summary>
    public static bool TryParseModel(string text, out ServedModel model)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var name = (at < 0 ? text : text[..at]).Trim();
        var upstreamName = (at < 0 ? text : text[(at + 1)..]).Trim();
        model = new ServedModel(name, upstreamName);
        if (!IsModelName(name) || !IsModelName(upstreamName)) return false;
        // A pattern stands for names that the upstream knows too, so there is nothing to rename.
        return name.IndexOf('*', StringComparison.Ordinal) is var star && (star < 0 || (star == name.Length - 1 && at < 0)) && (at < 0 || !upstreamName.Contains('*'));
    }

    public static string IdOf(string name) => "cfg_" + name.ToLowerInvariant();

    private static bool IsModelName(string name) => name.Length is > 0 and <= 128 && IsHeaderSafe(name) && !name.AsSpan().ContainsAny("\"\\=,");

    private static bool IsHeaderSafe(string text) => text.All(c => c is > ' ' and < '\u007f');

    private static Uri WithoutTrailingSlash(Uri url) => new(url.GetLeftPart(UriPartial.Path).TrimEnd('/'));

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
