using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;

namespace Sluice.Server.Configuration;

/// <summary>An identity provider that people can sign in with.</summary>
internal sealed record OidcProviderSettings
{
    /// <summary>Part of its address here, and what sessions are marked with.</summary>
    public required string Name { get; init; }
    /// <summary>What people read on the button.</summary>
    public required string Title { get; init; }
    /// <summary>Exactly as its tokens spell it.</summary>
    public required string Issuer { get; init; }
    public required string ClientId { get; init; }
    public required PlainSecret? ClientSecret { get; init; }
    public required IReadOnlyList<string> Scopes { get; init; }
    /// <summary>A claim, or with a dot a member of one that is an object; <see langword="null"/> where roles do not come from claims.</summary>
    public required string? RolesClaim { get; init; }
    /// <summary>Value of the claim, and the role it gives. One value may give several.</summary>
    public required IReadOnlyList<(string Value, string RoleId)> RoleMap { get; init; }
    /// <summary>Whoever signs in becomes a member of it.</summary>
    public required string? OrganisationId { get; init; }
    /// <summary>Whether strangers get an account.</summary>
    public required bool AutoCreate { get; init; }
    /// <summary>Whether what it says of an e-mail address is believed: enough to connect to the account that has it.</summary>
    public required bool TrustEmail { get; init; }
}

/// <summary>How people sign in.</summary>
public sealed record SignInSettings
{
    internal IReadOnlyList<OidcProviderSettings> Providers { get; init; } = [];
}

/// <summary>Reads <c>Sluice:Oidc</c>.</summary>
internal static partial class OidcSettings
{
    private const int ProvidersMax = 20;

    public static SignInSettings Read(SettingReader settings)
    {
        var providers = new List<OidcProviderSettings>();
        foreach (var path in settings.Items("Sluice:Oidc").Take(ProvidersMax))
        {
            var provider = ReadOne(settings, path);
            if (provider.Name.Length > 0 && providers.Any(p => p.Name == provider.Name)) settings.Wrong($"{path}:Name", "must be different from the other providers' names");
            providers.Add(provider);
        }
        // What else is wrong with it is said where it is read.
        if (bool.TryParse(settings.Text("Sluice:SignIn:OidcOnly"), out var only) && only && providers.Count == 0) settings.Problem("Sluice:SignIn:OidcOnly", "is true, but no provider is set in Sluice:Oidc: nobody could sign in");
        return new SignInSettings { Providers = providers };
    }

    private static OidcProviderSettings ReadOne(SettingReader settings, string path)
    {
        var name = settings.Required($"{path}:Name", "give the provider a short name, such as acme");
        if (name.Length > 0 && !NamePattern().IsMatch(name)) settings.Wrong($"{path}:Name", "must be 1 to 32 lower-case letters, digits and '-', beginning with a letter");
        var title = settings.Text($"{path}:Title") ?? name;
        if (title.Length > 60 || title.Any(char.IsControl)) settings.Wrong($"{path}:Title", "must be at most 60 characters without control characters");

        var issuer = settings.Required($"{path}:Issuer", "give the issuer as its tokens spell it, such as https://id.example.com/realms/acme");
        if (issuer.Length > 0 && ProblemOfIssuer(issuer) is { } problem) settings.Wrong($"{path}:Issuer", problem);
        var secret = settings.Text($"{path}:ClientSecret");

        List<string> scopes = [.. settings.List($"{path}:Scopes").SelectMany(s => s.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        if (scopes.Count == 0) scopes = ["openid", "email", "profile"];
        if (!scopes.Contains("openid")) scopes.Insert(0, "openid");
        if (scopes.Any(s => s.Length > 100 || s.Any(c => c is <= ' ' or '"' or '\\' or > '~'))) settings.Wrong($"{path}:Scopes", "must be names of scopes, such as openid,email,profile");

        var organisation = settings.Text($"{path}:OrganisationId");
        if (organisation is not null && !Management.Access.ObjectId.Fits(Management.Access.ObjectId.Organisation, organisation)) settings.Wrong($"{path}:OrganisationId", "must be the id of an organisation, such as org_01…");
        var claim = settings.Text($"{path}:RolesClaim");
        var map = ReadRoleMap(settings, $"{path}:RoleMap");
        if (map.Count > 0 && claim is null) settings.Required($"{path}:RolesClaim", "name the claim whose values RoleMap maps, such as groups");
        if (claim is not null && organisation is null) settings.Required($"{path}:OrganisationId", "name the organisation that roles from claims are given in");

        return new OidcProviderSettings
        {
            Name = name,
            Title = title,
            Issuer = issuer,
            ClientId = settings.Required($"{path}:ClientId", "give the client id that the provider knows this installation by"),
            ClientSecret = secret is null ? null : new PlainSecret(secret),
            Scopes = scopes,
            RolesClaim = claim,
            RoleMap = map,
            OrganisationId = organisation,
            AutoCreate = settings.Flag($"{path}:AutoCreate") ?? false,
            TrustEmail = settings.Flag($"{path}:TrustEmail") ?? false,
        };
    }

    /// <summary>Either <c>RoleMap:value=role</c>, or a list of <c>value=role</c> for values that a setting's name cannot hold.</summary>
    private static List<(string Value, string RoleId)> ReadRoleMap(SettingReader settings, string path)
    {
        var map = new List<(string, string)>();
        foreach (var (name, written) in settings.Entries(path))
        {
            var (value, role) = (name, written);
            var at = written.LastIndexOf('=');
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _) && at > 0) (value, role) = (written[..at].Trim(), written[(at + 1)..].Trim());
            if (BuiltInRoles.Find(role) is not null || Management.Access.ObjectId.Fits(Management.Access.ObjectId.Role, role)) map.Add((value, role));
            else settings.Wrong($"{path}:{name}", $"must give a role: {string.Join(", ", BuiltInRoles.All.Select(r => r.Id))}, or the id of a role of the organisation, such as rol_01…");
        }
        return map;
    }

    private static string? ProblemOfIssuer(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0 || text.AsSpan().ContainsAny("?#\\ "))
            return "must be an absolute URL without user, query and fragment";
        return url.Scheme == "https" || IsLoopback(url) ? null : "must begin with https://, unless it is at a loopback address";
    }

    internal static bool IsLoopback(Uri url) => url.IdnHost == "localhost" || (IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
