using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Management;

/// <summary>Values of an upstream's <c>kind</c>.</summary>
public static class UpstreamKinds
{
    /// <summary>Any OpenAI-compatible service.</summary>
    public const string OpenAI = "openai";

    /// <summary>The stand-in inside Sluice.</summary>
    public const string Sandbox = "sandbox";
}

/// <summary>Values of an upstream's <c>source</c>.</summary>
public static class UpstreamSources
{
    /// <summary>From the configuration file or the environment: shown, but not changed here.</summary>
    public const string Configuration = "configuration";

    /// <summary>Made by the management API.</summary>
    public const string Management = "management";
}

/// <summary>Body of <c>POST /api/v1/upstreams</c>. Unknown members are refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UpstreamBody
{
    /// <summary>What people call it, unique.</summary>
    public required string Name { get; init; }

    /// <summary>See <see cref="UpstreamKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Absolute http or https URL that the endpoint path is appended to, such as <c>https://api.openai.com/v1</c>. Not needed for the sandbox.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BaseUrl { get; init; }

    /// <summary>The provider's key. Stored encrypted and bound to the origin of <see cref="BaseUrl"/>; never shown again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ApiKey { get; init; }

    /// <summary>Model names, or <c>alias=upstream-name</c>.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Lower is asked first; 0 where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Priority { get; init; }

    /// <summary>Share of the calls among upstreams of one priority, 1–1000; 1 where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Weight { get; init; }

    /// <summary>Whether it may be at a loopback, private or link-local address; false where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AllowPrivateAddress { get; init; }

    /// <summary>Whether calls are sent to it; true where left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Enabled { get; init; }

    /// <summary>Longest time to connect, milliseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ConnectTimeoutMs { get; init; }

    /// <summary>Longest time from the request to the first byte of the answer, milliseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? FirstByteTimeoutMs { get; init; }

    /// <summary>Longest silence in an answer, milliseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? IdleTimeoutMs { get; init; }

    /// <summary>Name and address; the key never.</summary>
    public override string ToString() => $"\"{Name}\" ({Kind}, {BaseUrl})";
}

/// <summary>Body of <c>PATCH /api/v1/upstreams/{id}</c>. Members left out stay as they are; unknown members are refused. The kind cannot change.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UpdateUpstreamBody
{
    /// <summary>What people call it, unique; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Name { get; init; }

    /// <summary>Absolute http or https URL; not null. Another origin needs <see cref="ApiKey"/> again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> BaseUrl { get; init; }

    /// <summary>The provider's key; <c>null</c> removes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> ApiKey { get; init; }

    /// <summary>Model names, or <c>alias=upstream-name</c>, replacing the list; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<IReadOnlyList<string>?> Models { get; init; }

    /// <summary>Lower is asked first; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<int?> Priority { get; init; }

    /// <summary>1–1000; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<int?> Weight { get; init; }

    /// <summary>Whether it may be at a loopback, private or link-local address; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<bool?> AllowPrivateAddress { get; init; }

    /// <summary>Whether calls are sent to it; not null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<bool?> Enabled { get; init; }

    /// <summary>Longest time to connect, milliseconds; <c>null</c> means the default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<long?> ConnectTimeoutMs { get; init; }

    /// <summary>Longest time from the request to the first byte of the answer, milliseconds; <c>null</c> means the default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<long?> FirstByteTimeoutMs { get; init; }

    /// <summary>Longest silence in an answer, milliseconds; <c>null</c> means the default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<long?> IdleTimeoutMs { get; init; }

    /// <summary>Name and address; the key never.</summary>
    public override string ToString() => $"\"{Name}\" ({BaseUrl})";
}

/// <summary>An upstream as the management API shows it. Its key is never among the members.</summary>
public sealed record UpstreamAnswer
{
    /// <summary><c>ups_…</c>, or <c>cfg_…</c> for configured ones.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>See <see cref="UpstreamKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>See <see cref="UpstreamSources"/>.</summary>
    public required string Source { get; init; }

    /// <summary>What the endpoint path is appended to, or <see langword="null"/> for the sandbox.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Whether a key is kept for it.</summary>
    public required bool HasApiKey { get; init; }

    /// <summary>Model names, or <c>alias=upstream-name</c>.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Lower is asked first.</summary>
    public required int Priority { get; init; }

    /// <summary>Share of the calls among upstreams of one priority, 1–1000.</summary>
    public required int Weight { get; init; }

    /// <summary>Whether it may be at a loopback, private or link-local address.</summary>
    public required bool AllowPrivateAddress { get; init; }

    /// <summary>Whether calls are sent to it.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Longest time to connect, milliseconds.</summary>
    public required long ConnectTimeoutMs { get; init; }

    /// <summary>Longest time from the request to the first byte of the answer, milliseconds.</summary>
    public required long FirstByteTimeoutMs { get; init; }

    /// <summary>Longest silence in an answer, milliseconds.</summary>
    public required long IdleTimeoutMs { get; init; }

    /// <summary>When it was made; <see langword="null"/> for configured ones.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was last changed; <see langword="null"/> for configured ones.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}
