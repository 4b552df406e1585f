using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Chat;

/// <summary>A tool the model may ask for. Source: https://api-docs.deepseek.com/guides/tool_calls.</summary>
public sealed record ChatTool : WireObject
{
    /// <summary><c>function</c>, or (OpenAI) <c>custom</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Where <see cref="Type"/> is <c>function</c>.</summary>
    public FunctionDefinition? Function { get; init; }

    /// <summary>OpenAI: where <see cref="Type"/> is <c>custom</c>.</summary>
    public JsonElement? Custom { get; init; }

    /// <summary>A function tool.</summary>
    public static ChatTool Of(FunctionDefinition function) => new() { Type = "function", Function = function };
}

/// <summary>A function the model may ask for.</summary>
public sealed record FunctionDefinition : WireObject
{
    /// <summary><c>[A-Za-z0-9_-]</c>, at most 64 characters to be safe with every vendor.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, for the model.</summary>
    public string? Description { get; init; }

    /// <summary>JSON Schema of the arguments; left out, it takes none.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>Arguments keep to the schema exactly. On DeepSeek only under the beta base URL, and then on every function.</summary>
    public bool? Strict { get; init; }
}

/// <summary>A call the model asks for.</summary>
public sealed record ToolCall : WireObject
{
    /// <summary>Place among the calls; observed on DeepSeek's answers, not needed in requests.</summary>
    public int? Index { get; init; }

    /// <summary>Named by the tool message that carries the result.</summary>
    public string? Id { get; init; }

    /// <summary><c>function</c>, or (OpenAI) <c>custom</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Name and arguments.</summary>
    public FunctionCall? Function { get; init; }

    /// <summary>OpenAI: where <see cref="Type"/> is <c>custom</c>.</summary>
    public JsonElement? Custom { get; init; }
}

/// <summary>
/// A piece of a tool call in a stream. The first piece of a call carries id, type and name; all pieces with one <see cref="Index"/> belong together
/// and their arguments are joined as text. Only the index is sure to be there.
/// </summary>
public sealed record ToolCallDelta : WireObject
{
    /// <summary>Which call of the message, from 0.</summary>
    public int Index { get; init; }

    /// <summary>On the first piece.</summary>
    public string? Id { get; init; }

    /// <summary>On the first piece.</summary>
    public string? Type { get; init; }

    /// <summary>Name (first piece) and more of the arguments.</summary>
    public FunctionCall? Function { get; init; }
}

/// <summary>Name and arguments of a call, or a piece of them.</summary>
public sealed record FunctionCall : WireObject
{
    /// <summary>The function's name.</summary>
    public string? Name { get; init; }

    /// <summary>JSON text as the model wrote it: it may be invalid.</summary>
    public string? Arguments { get; init; }
}

/// <summary>Whether and which tool must be called: a word, or an object that names one. Exactly one of the two is set.</summary>
[JsonConverter(typeof(ToolChoiceConverter))]
public sealed class ToolChoice
{
    /// <summary>A word: <c>none</c>, <c>auto</c> or <c>required</c>.</summary>
    public ToolChoice(string mode) => Mode = mode ?? throw new ArgumentNullException(nameof(mode));

    /// <summary>An object.</summary>
    public ToolChoice(NamedToolChoice named) => Named = named ?? throw new ArgumentNullException(nameof(named));

    /// <summary>The model must not call tools. The default without tools.</summary>
    public static ToolChoice None { get; } = new("none");

    /// <summary>The model may call tools. The default with tools.</summary>
    public static ToolChoice Auto { get; } = new("auto");

    /// <summary>The model must call a tool. DeepSeek refuses it while thinking.</summary>
    public static ToolChoice Required { get; } = new("required");

    /// <summary>The word, or <see langword="null"/>.</summary>
    public string? Mode { get; }

    /// <summary>The object, or <see langword="null"/>.</summary>
    public NamedToolChoice? Named { get; }

    /// <summary>The model must call this function. DeepSeek refuses it while thinking.</summary>
    public static ToolChoice Function(string name) => new(new NamedToolChoice { Type = "function", Function = new ToolName { Name = name } });
}

/// <summary>A tool choice that is an object.</summary>
public sealed record NamedToolChoice : WireObject
{
    /// <summary><c>function</c>, or (OpenAI) <c>custom</c>, <c>allowed_tools</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Where <see cref="Type"/> is <c>function</c>.</summary>
    public ToolName? Function { get; init; }

    /// <summary>OpenAI: where <see cref="Type"/> is <c>custom</c>.</summary>
    public ToolName? Custom { get; init; }

    /// <summary>OpenAI: where <see cref="Type"/> is <c>allowed_tools</c>.</summary>
    public JsonElement? AllowedTools { get; init; }
}

/// <summary>A tool by name.</summary>
public sealed record ToolName : WireObject
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }
}

internal sealed class ToolChoiceConverter : JsonConverter<ToolChoice>
{
    public override ToolChoice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new ToolChoice(reader.GetString()!),
        JsonTokenType.StartObject => new ToolChoice(JsonSerializer.Deserialize(ref reader, Info(options))!),
        _ => throw new JsonException("Expected a string or an object."),
    };

    public override void Write(Utf8JsonWriter writer, ToolChoice value, JsonSerializerOptions options)
    {
        if (value.Mode is { } mode) writer.WriteStringValue(mode);
        else JsonSerializer.Serialize(writer, value.Named!, Info(options));
    }

    private static JsonTypeInfo<NamedToolChoice> Info(JsonSerializerOptions options) => (JsonTypeInfo<NamedToolChoice>)options.GetTypeInfo(typeof(NamedToolChoice));
}
