using System.Net;
using System.Text.Json;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Configuration;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Upstreams;

/// <summary>The members of an upstream's body that create and update have in common: read, checked, and laid onto a row.</summary>
internal sealed class UpstreamFields
{
    public const int NameCharsMax = 64;
    public const int ModelsMax = 1000;
    public const int ApiKeyCharsMax = 1024;
    private const long HourMs = 3_600_000;
    private const long ConnectDefaultMs = 5_000;
    private const long FirstByteDefaultMs = 600_000;
    private const long IdleDefaultMs = 120_000;

    private readonly BodyFields _body;
    private readonly Uri? _baseUrl;
    private readonly string? _apiKey;
    private readonly IReadOnlyList<string>? _models;
    private readonly long? _priority;
    private readonly long? _weight;
    private readonly bool? _allowPrivateAddress;
    private readonly bool? _enabled;
    private readonly long? _connectMs;
    private readonly long? _firstByteMs;
    private readonly long? _idleMs;

    /// <param name="call">Its body is read.</param>
    /// <param name="kind">What the upstream is or shall be; <see langword="null"/> if that was refused.</param>
    /// <param name="existing">The row to be changed, or <see langword="null"/> for a new one.</param>
    public UpstreamFields(OperationCall call, string? kind, UpstreamRow? existing)
    {
        var isNew = existing is null;
        _body = call.Body;
        if (!isNew)
            _body.RefuseNull("name", "baseUrl", "models", "priority", "weight", "allowPrivateAddress", "enabled");
        Name = _body.Text("name", NameCharsMax, required: isNew);
        if (Name is not null && !IsName(Name))
            _body.Refuse("name", ErrorCodes.InvalidValue, "'name' must be letters, digits, '.', '_' and '-', beginning with a letter or digit: it is sent in a header.");
        var baseUrl = _body.Text("baseUrl", UpstreamUrl.LengthMax, required: isNew && kind is UpstreamKinds.OpenAI);
        _apiKey = _body.Text("apiKey", ApiKeyCharsMax);
        if (_apiKey is not null && !_apiKey.All(static c => c is > ' ' and < '\x7f'))
            _body.Refuse("apiKey", ErrorCodes.InvalidValue, "'apiKey' holds a character that a header cannot carry: only visible ASCII is allowed.");
        _models = _body.Texts("models", ModelsMax, 300, Model);
        if (_models is { Count: 0 } && _body.Refusals.Count == 0 || (isNew && (!_body.Has("models") || _body.IsNull("models"))))
            _body.Refuse("models", ErrorCodes.MissingParameter, "'models' must name the models it serves, or '*' for all.");
        _priority = _body.Whole("priority", 0, 1000);
        _weight = _body.Whole("weight", 1, 1000);
        _allowPrivateAddress = _body.Flag("allowPrivateAddress");
        _enabled = _body.Flag("enabled");
        _connectMs = _body.Whole("connectTimeoutMs", 100, 60_000);
        _firstByteMs = _body.Whole("firstByteTimeoutMs", 100, HourMs);
        _idleMs = _body.Whole("idleTimeoutMs", 100, HourMs);
        if (kind is UpstreamKinds.Sandbox && (baseUrl is not null || _apiKey is not null))
            _body.Refuse(baseUrl is not null ? "baseUrl" : "apiKey", ErrorCodes.InvalidValue, "The sandbox is inside Sluice and has no address and no key.");
        else if (baseUrl is not null)
            _baseUrl = Url(_body, baseUrl);
        var url = _baseUrl ?? (existing is null || kind is UpstreamKinds.Sandbox ? null : new Uri(existing.BaseUrl));
        if (url is not null)
            CheckAddress(_body, url, _allowPrivateAddress ?? existing?.AllowPrivateAddress ?? false, _apiKey is not null || (existing?.SealedApiKey is not null && !_body.IsNull("apiKey")));
    }

    public string? Name { get; }

    /// <summary>
    /// Whether the body would send a stored secret somewhere else: a new scheme, host or port without the secret entered again (or removed).
    /// Whoever may edit an upstream could otherwise have its key delivered to a host of their own.
    /// </summary>
    public bool MovesSecretOf(UpstreamRow row) =>
        row.SealedApiKey is not null && _baseUrl is not null && !_body.Has("apiKey")
        && !SecretSealer.SameOrigin(_baseUrl, new Uri(row.BaseUrl));

    /// <summary>What a new upstream starts from before the body is laid onto it.</summary>
    public static UpstreamRow Fresh(string id, string kind, long nowMs) => new()
    {
        Id = id,
        Name = "",
        Kind = kind,
        BaseUrl = "http://sandbox.invalid",
        Models = "[]",
        Priority = 0,
        Weight = 1,
        AllowPrivateAddress = false,
        Enabled = true,
        ConnectTimeoutMs = ConnectDefaultMs,
        FirstByteTimeoutMs = FirstByteDefaultMs,
        IdleTimeoutMs = IdleDefaultMs,
        CreatedAtMs = nowMs,
        UpdatedAtMs = nowMs,
    };

    /// <summary>Lays the members that were sent onto the row; what was not sent stays. Returns what changed, for the audit log; of the secret only that it did.</summary>
    public IReadOnlyList<(string Name, object? Value)> ApplyTo(UpstreamRow row, SecretSealer sealer)
    {
        var changed = new List<(string, object?)>();
        if (Name is not null && Differs("name", row.Name, Name))
            row.Name = Name;
        if (_baseUrl is not null && Differs("baseUrl", row.BaseUrl, Text(_baseUrl)))
            row.BaseUrl = Text(_baseUrl);
        if (_models is not null && Differs("models", row.Models, Json(_models)))
            row.Models = Json(_models);
        if (_priority is { } priority && Differs("priority", row.Priority, (int)priority))
            row.Priority = (int)priority;
        if (_weight is { } weight && Differs("weight", row.Weight, (int)weight))
            row.Weight = (int)weight;
        if (_allowPrivateAddress is { } allow && Differs("allowPrivateAddress", row.AllowPrivateAddress, allow))
            row.AllowPrivateAddress = allow;
        if (_enabled is { } enabled && Differs("enabled", row.Enabled, enabled))
            row.Enabled = enabled;
        if (_body.Has("connectTimeoutMs") && Differs("connectTimeoutMs", row.ConnectTimeoutMs, _connectMs ?? ConnectDefaultMs))
            row.ConnectTimeoutMs = _connectMs ?? ConnectDefaultMs;
        if (_body.Has("firstByteTimeoutMs") && Differs("firstByteTimeoutMs", row.FirstByteTimeoutMs, _firstByteMs ?? FirstByteDefaultMs))
            row.FirstByteTimeoutMs = _firstByteMs ?? FirstByteDefaultMs;
        if (_body.Has("idleTimeoutMs") && Differs("idleTimeoutMs", row.IdleTimeoutMs, _idleMs ?? IdleDefaultMs))
            row.IdleTimeoutMs = _idleMs ?? IdleDefaultMs;
        if (_apiKey is not null)
        {
            row.SealedApiKey = sealer.Seal(new PlainSecret(_apiKey), row.Id, SecretFields.UpstreamApiKey, new Uri(row.BaseUrl));
            changed.Add(("apiKey", "set"));
        }
        else if (_body.IsNull("apiKey") && row.SealedApiKey is not null)
        {
            row.SealedApiKey = null;
            changed.Add(("apiKey", "removed"));
        }

        return changed;

        bool Differs<T>(string name, T before, T after)
        {
            if (EqualityComparer<T>.Default.Equals(before, after))
                return false;
            changed.Add((name, after));
            return true;
        }
    }

    /// <summary>The base URL in a body, or <see langword="null"/> where it was refused.</summary>
    public static Uri? Url(BodyFields body, string text)
    {
        if (!UpstreamUrl.TryParse(text, out var url, out var problem))
        {
            body.Refuse("baseUrl", ErrorCodes.InvalidValue, $"'baseUrl' {problem}");
            return null;
        }

        // 2130706433, 127.1 and 0x7f.0.0.1 all mean 127.0.0.1 to this parser and something else to a reader.
        if (url.HostNameType is UriHostNameType.IPv4 && !text.Contains($"//{url.Host}", StringComparison.Ordinal))
        {
            body.Refuse("baseUrl", ErrorCodes.InvalidValue, $"'baseUrl' spells an address in an unusual way. Write it as {url.Host}.");
            return null;
        }

        return url;
    }

    /// <summary>Refuses what can be told before any connection is made.</summary>
    public static void CheckAddress(BodyFields body, Uri url, bool allowPrivate, bool hasSecret)
    {
        // Names are checked when they are resolved, on every connection; a literal address can be told right now.
        if (Literal(url) is { } address && AddressRules.Refuse(address, allowPrivate) is { } what)
        {
            body.Refuse("baseUrl", ErrorCodes.InvalidValue, AddressRules.Refuse(address, allowPrivate: true) is null
                ? $"'baseUrl' is {what}. If it is meant, set 'allowPrivateAddress' to true."
                : $"'baseUrl' is {what}, which no upstream may have.");
        }

        if (url.Scheme is "http" && hasSecret && !allowPrivate)
            body.Refuse("baseUrl", ErrorCodes.InvalidValue, "'baseUrl' is plain http, which would send the key in the clear. Use https, or set 'allowPrivateAddress' to true for a service in your own network.");
    }

    private static IPAddress? Literal(Uri url) =>
        IPAddress.TryParse(url.IdnHost, out var address) ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) : null;

    private static string Text(Uri url) => url.AbsoluteUri.TrimEnd('/');

    private static string Json(IReadOnlyList<string> list) => JsonSerializer.Serialize(list, ManagementJson.Default.IReadOnlyListString);

    private static bool IsName(string name) =>
        char.IsAsciiLetterOrDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static (string? Kept, string? Wrong) Model(string text) =>
        UpstreamSettings.TryParseModel(text, out var model)
            ? (model.Name == model.UpstreamName ? model.Name : $"{model.Name}={model.UpstreamName}", null)
            : (null, $"'{StrictJson.Shown(text)}' must be a model name, a beginning followed by '*', or alias=upstream-name.");
}
