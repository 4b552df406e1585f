using System.Text.Json;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>The members of a key's body that create and update have in common: read, checked, and laid onto a row.</summary>
internal sealed class KeyFields
{
    public const int NameCharsMax = 100;
    public const int NetworksMax = 200;
    public const int ModelsMax = 100;
    public const int ModelCharsMax = 128;
    public const long LimitMax = 1_000_000_000_000;
    public const int ConcurrencyMax = 1_000_000;
    public const int TagsMax = 20;
    public const int TagCharsMax = 64;
    public const long TestCallsPerDay = 500;
    public static readonly TimeSpan ProductionLifetime = TimeSpan.FromDays(90);

    private readonly BodyFields _body;
    private readonly BodyFields? _scope;
    private readonly BodyFields? _limits;
    private readonly string? _name;
    private readonly bool? _enabled;
    private readonly DateTimeOffset? _expiresAt;
    private readonly IReadOnlyList<string>? _networks;
    private readonly IReadOnlyList<string>? _routes;
    private readonly IReadOnlyList<string>? _models;
    private readonly long? _callsPerDay;
    private readonly long? _requestsPerMinute;
    private readonly long? _tokensPerMinute;
    private readonly int? _concurrency;
    private readonly string? _priority;
    private readonly bool _isNew;

    /// <param name="call">Its body is read.</param>
    /// <param name="kind">What the key is or shall be; <see langword="null"/> if that was refused.</param>
    /// <param name="isNew">Whether there must be a name, and nothing can be switched off yet.</param>
    /// <param name="nameMember">What the body calls the name.</param>
    public KeyFields(OperationCall call, string? kind, bool isNew, string nameMember = "name")
    {
        _body = call.Body;
        _isNew = isNew;
        _name = _body.Text(nameMember, NameCharsMax, required: isNew);
        if (!isNew)
        {
            _body.RefuseNull("name", "enabled");
            _enabled = _body.Flag("enabled");
        }

        _expiresAt = _body.Instant("expiresAt");
        if (_expiresAt <= call.Now)
            _body.Refuse("expiresAt", ErrorCodes.InvalidValue, $"'expiresAt' must be in the future; it is now {call.Now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.");
        _networks = _body.Texts("allowedNetworks", NetworksMax, 64, NetworkText.Canonical);
        _scope = _body.Object("scope");
        _routes = _scope?.Texts("routes", 100, 100, route => call.Tools.Endpoints.Contains(route, StringComparer.Ordinal)
            ? (route, null)
            : (null, $"'{StrictJson.Shown(route)}' is not a known route. Known are: {string.Join(", ", call.Tools.Endpoints)}."));
        _models = _scope?.Texts("models", ModelsMax, ModelCharsMax, ModelPattern);
        _limits = _body.Object("limits");
        _callsPerDay = _limits?.Whole("callsPerDay", 0, LimitMax);
        if (kind is KeyKinds.Test && (_limits?.IsNull("callsPerDay") ?? false))
            _limits.Refuse("callsPerDay", ErrorCodes.InvalidValue, "'limits.callsPerDay' of a test key must be a number; only a production key can be without a daily limit.");
        _requestsPerMinute = _limits?.Whole("requestsPerMinute", 0, LimitMax);
        _tokensPerMinute = _limits?.Whole("tokensPerMinute", 0, LimitMax);
        _concurrency = (int?)_limits?.Whole("concurrency", 0, ConcurrencyMax);
        Tags = _body.Texts("tags", TagsMax, TagCharsMax, static tag => (tag.Trim(), null));
        _priority = _body.OneOf("priority", [KeyPriorities.Critical, KeyPriorities.Standard, KeyPriorities.Batch]);
        if (!isNew)
            _body.RefuseNull("priority");
    }

    private KeyFields(string name) => (_body, _name, _isNew) = (BodyFields.Empty(), name, true);

    /// <summary>Those of a new key of which nothing but the name is said.</summary>
    public static KeyFields Named(string name) => new(name);

    /// <summary>The tags that were sent, or <see langword="null"/>.</summary>
    public IReadOnlyList<string>? Tags { get; }

    public bool SentTags => _body.Has("tags");

    public bool SentNetworks => _body.Has("allowedNetworks");

    public bool SentScope => _body.Has("scope");

    public bool SentPriority => _priority is not null;

    /// <summary>Whether the limits are to change.</summary>
    public bool SentLimits => LimitNames.All.Any(Sent);

    /// <summary>Refuses what not everybody who may change keys may do.</summary>
    public Refusal? RefusePriority(OperationCall call)
    {
        if (_priority is not KeyPriorities.Critical || call.Caller.Rights.ProjectsOf(Permissions.KeysWrite) is null)
            return null;
        var message = $"'priority' can be '{KeyPriorities.Critical}' only where the caller has '{Permissions.KeysWrite}' in the whole organisation: it takes from all other keys.";
        return new Refusal(ErrorCodes.PermissionDenied, message, [new FieldRefusal("priority", ErrorCodes.PermissionDenied, message)]);
    }

    /// <summary>What a new key starts from before the body is laid onto it.</summary>
    public static KeyRow Fresh(string id, string organisationId, string projectId, string kind, DateTimeOffset now) => new()
    {
        Id = id,
        OrganisationId = organisationId,
        ProjectId = projectId,
        Name = "",
        Kind = kind,
        Enabled = true,
        ExpiresAtMs = kind is KeyKinds.Production ? now.Add(ProductionLifetime).ToUnixTimeMilliseconds() : null,
        ScopeRoutes = "[]",
        ScopeModels = "[]",
        AllowedNetworks = "[]",
        CallsPerDay = kind is KeyKinds.Test ? TestCallsPerDay : null,
        CreatedAtMs = now.ToUnixTimeMilliseconds(),
        UpdatedAtMs = now.ToUnixTimeMilliseconds(),
    };

    /// <summary>Lays the members that were sent onto the row; what was not sent stays. Returns what changed, for the audit log. Tags and owner are not the row's alone and are left to others.</summary>
    /// <param name="testCallsPerDay">What a test key may do a day where that is said by nobody.</param>
    public IReadOnlyList<(string Name, object? Value)> ApplyTo(KeyRow row, long testCallsPerDay = TestCallsPerDay)
    {
        var changed = new List<(string, object?)>();
        if (_name is not null && Differs("name", row.Name, _name))
        {
            row.Name = _name;
            row.NameFolded = _name.ToLowerInvariant();
        }

        if (_enabled is { } enabled && Differs("enabled", row.Enabled, enabled))
            row.Enabled = enabled;
        if (_body.Has("expiresAt") && Differs("expiresAtMs", row.ExpiresAtMs, _expiresAt?.ToUnixTimeMilliseconds()))
            row.ExpiresAtMs = _expiresAt?.ToUnixTimeMilliseconds();
        if (_body.Has("allowedNetworks") && Differs("allowedNetworks", row.AllowedNetworks, Json(_networks)))
            row.AllowedNetworks = Json(_networks);
        // A scope is replaced whole: half of an old one beside half of a new one is what nobody asked for.
        if (_body.Has("scope") && Differs("scope.routes", row.ScopeRoutes, Json(_routes)))
            row.ScopeRoutes = Json(_routes);
        if (_body.Has("scope") && Differs("scope.models", row.ScopeModels, Json(_models)))
            row.ScopeModels = Json(_models);
        if (Sent("callsPerDay"))
        {
            // `"limits": null` clears them all, but a test key is never without a daily limit.
            var calls = _callsPerDay ?? (row.Kind is KeyKinds.Test ? testCallsPerDay : null);
            if (Differs("limits.callsPerDay", row.CallsPerDay, calls))
                row.CallsPerDay = calls;
        }

        if (Sent("requestsPerMinute") && Differs("limits.requestsPerMinute", row.RequestsPerMinute, _requestsPerMinute))
            row.RequestsPerMinute = _requestsPerMinute;
        if (Sent("tokensPerMinute") && Differs("limits.tokensPerMinute", row.TokensPerMinute, _tokensPerMinute))
            row.TokensPerMinute = _tokensPerMinute;
        if (Sent("concurrency") && Differs("limits.concurrency", row.Concurrency, _concurrency))
            row.Concurrency = _concurrency;
        if (_priority is not null && Differs("priority", row.Priority, _priority))
            row.Priority = _priority;
        return changed;

        bool Differs<T>(string name, T before, T after)
        {
            if (EqualityComparer<T>.Default.Equals(before, after))
                return false;
            changed.Add((name, after));
            return true;
        }
    }

    // A new key whose body says `"limits": null` has its kind's defaults.
    private bool Sent(string limit) => _limits?.Has(limit) ?? (!_isNew && _body.IsNull("limits"));

    private static string Json(IReadOnlyList<string>? list) => JsonSerializer.Serialize(list ?? [], ManagementJson.Default.IReadOnlyListString);

    private static (string? Kept, string? Wrong) ModelPattern(string text)
    {
        var star = text.IndexOf('*', StringComparison.Ordinal);
        return text.Any(char.IsWhiteSpace) || (star >= 0 && star != text.Length - 1)
            ? (null, $"'{StrictJson.Shown(text)}' must be a model name (deepseek-chat) or a beginning followed by one '*' (deepseek-*), without spaces.")
            : (text, null);
    }
}
