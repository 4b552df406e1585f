using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Console.Language;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Keys;

/// <summary>What the form of a key holds: as typed, or as the key is.</summary>
public sealed record KeyInput
{
    public const string All = "all";
    public const string Restricted = "restricted";
    public const string ReadOnly = "read";
    public static readonly IReadOnlyList<string> ReadRoutes = ["GET /v1/models", "GET /user/balance", "GET /v1/chat/completions"];
    public static readonly IReadOnlyList<string> Routes =
    [
        "POST /v1/chat/completions", "POST /v1/completions", "POST /beta/completions", "POST /v1/embeddings", "POST /v1/images/generations", .. ReadRoutes,
    ];

    public string Name { get; init; } = "";
    public string Kind { get; init; } = KeyKinds.Test;
    public string? ProjectId { get; init; }
    public string Scope { get; init; } = All;
    public IReadOnlyList<string> ScopeRoutes { get; init; } = [];
    public string Models { get; init; } = "";
    /// <summary>Days from now, <c>never</c>, <c>on</c> a date, or <c>keep</c>.</summary>
    public string Expiry { get; init; } = "90";
    public string ExpiresOn { get; init; } = "";
    public string Networks { get; init; } = "";
    public string CallsPerDay { get; init; } = "";
    public string RequestsPerMinute { get; init; } = "";
    public string TokensPerMinute { get; init; } = "";
    public string Concurrency { get; init; } = "";
    public string Priority { get; init; } = KeyPriorities.Standard;
    public string Tags { get; init; } = "";
    public bool Service { get; init; }
    public bool Signing { get; init; }

    public static KeyInput Of(FormFields form) => new()
    {
        Name = form.Raw("name"), Kind = form.Text("kind"), ProjectId = form.Optional("projectId"), Scope = form.Text("scope"), ScopeRoutes = form.All("routes"), Models = form.Raw("models"),
        Expiry = form.Text("expiry"), ExpiresOn = form.Text("expiresOn"), Networks = form.Raw("networks"), CallsPerDay = form.Text("callsPerDay"), RequestsPerMinute = form.Text("requestsPerMinute"),
        TokensPerMinute = form.Text("tokensPerMinute"), Concurrency = form.Text("concurrency"), Priority = form.Text("priority"), Tags = form.Raw("tags"), Service = form.Flag("service"), Signing = form.Flag("signing"),
    };

    public static KeyInput Of(KeyAnswer key, Show show) => new()
    {
        Name = key.Name, Kind = key.Kind, ProjectId = key.ProjectId, Scope = ScopeOf(key.Scope), ScopeRoutes = key.Scope.Routes, Models = string.Join('\n', key.Scope.Models),
        Expiry = key.ExpiresAt is null ? "never" : "on", ExpiresOn = key.ExpiresAt is { } at ? show.Input(at) : "", Networks = string.Join('\n', key.AllowedNetworks),
        CallsPerDay = Text(key.Limits.CallsPerDay), RequestsPerMinute = Text(key.Limits.RequestsPerMinute), TokensPerMinute = Text(key.Limits.TokensPerMinute), Concurrency = Text(key.Limits.Concurrency),
        Priority = key.Priority, Tags = string.Join(", ", key.Tags), Service = key.Owner is null, Signing = key.RequiresSigning,
    };

    public static string ScopeOf(KeyScopeAnswer scope) =>
        scope.Routes.Count == 0 && scope.Models.Count == 0 ? All : scope.Models.Count == 0 && scope.Routes.Order(StringComparer.Ordinal).SequenceEqual(ReadRoutes.Order(StringComparer.Ordinal)) ? ReadOnly : Restricted;

    /// <summary>What the operation could not know to be a mistake: an empty scope means everything there.</summary>
    public ProblemBody? Wrong(Words words, FormFields form) => Scope is Restricted && ScopeRoutes.Count == 0 && form.Words("models").Count == 0
        ? new ProblemBody { Status = 400, Title = words["Nothing is chosen that the key may do."], Errors = [new FieldProblem { Field = "scope", Message = words["Choose at least one route or model, or take “All”."] }] }
        : null;

    /// <summary>The body of a creation.</summary>
    public JsonObject ToNew(FormFields form, Show show)
    {
        var body = ToChange(form, show);
        body["kind"] = Kind;
        if (ProjectId is not null) body["projectId"] = ProjectId;
        if (Service) body["ownerId"] = null;
        if (Signing) body["requireSigning"] = true;
        // Left empty, the tier's own limits hold.
        if (body["limits"] is JsonObject limits)
        {
            foreach (var (name, _) in limits.Where(static l => l.Value is null).ToList()) limits.Remove(name);
        }

        return body;
    }

    /// <summary>The body of a change: everything that the form shows.</summary>
    public JsonObject ToChange(FormFields form, Show show)
    {
        var body = new JsonObject
        {
            ["name"] = Name.Trim(),
            ["scope"] = new JsonObject
            {
                ["routes"] = (Scope switch { Restricted => ScopeRoutes, ReadOnly => ReadRoutes, _ => [] }).ToJson(),
                ["models"] = (Scope is Restricted ? form.Words("models") : []).ToJson(),
            },
            ["allowedNetworks"] = form.Words("networks").ToJson(),
            ["limits"] = new JsonObject
            {
                ["callsPerDay"] = form.Number("callsPerDay"), ["requestsPerMinute"] = form.Number("requestsPerMinute"),
                ["tokensPerMinute"] = form.Number("tokensPerMinute"), ["concurrency"] = form.Number("concurrency"),
            },
            ["priority"] = Priority,
            ["tags"] = form.Words("tags").ToJson(),
        };
        body["expiresAt"] = Expiry switch
        {
            "never" => null,
            "on" => show.FromInput(ExpiresOn) is { } at ? JsonValue.Create(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)) : JsonValue.Create(ExpiresOn),
            // With the end of that day, so that the same form means the same when it is sent again.
            _ => JsonValue.Create(show.EndOfDay(int.TryParse(Expiry, out var days) ? days : 90).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
        };
        return body;
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
