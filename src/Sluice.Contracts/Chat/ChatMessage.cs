using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Chat;

/// <summary>Who speaks. DeepSeek refuses <see cref="Developer"/> on chat completions.</summary>
public static class ChatRoles
{
    /// <summary>Instructions.</summary>
    public const string System = "system";

    /// <summary>OpenAI's newer name for instructions.</summary>
    public const string Developer = "developer";

    /// <summary>The person.</summary>
    public const string User = "user";

    /// <summary>The model.</summary>
    public const string Assistant = "assistant";

    /// <summary>The result of a tool call.</summary>
    public const string Tool = "tool";
}

/// <summary>
/// One message of a request. Which members go with which role: https://api-docs.deepseek.com/api/create-chat-completion.
/// </summary>
public sealed record ChatMessage : WireObject
{
    /// <summary>See <see cref="ChatRoles"/>.</summary>
    public required string Role { get; init; }

    /// <summary>Text or parts; may be <see langword="null"/> on an assistant message with tool calls. Once set it is written, <c>null</c> included.</summary>
    [JsonIgnore]
    public ChatContent? Content { get => ContentMember.Value; init => ContentMember = value; }

    [JsonInclude, JsonPropertyName("content"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal Optional<ChatContent?> ContentMember { get; init; }

    /// <summary>Tells apart several participants of one role.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Assistant: the reasoning that came with the message. With <c>tools</c> and thinking on, DeepSeek answers 400 unless every earlier assistant turn
    /// carries it. Source: https://api-docs.deepseek.com/guides/thinking_mode.
    /// </summary>
    public string? ReasoningContent { get; init; }

    /// <summary>Assistant: the tool calls it asked for.</summary>
    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }

    /// <summary>Tool: the call that this is the result of.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Assistant, DeepSeek beta: the last message is the beginning of the answer, to be continued.</summary>
    public bool? Prefix { get; init; }

    /// <summary>Assistant, OpenAI: the refusal it gave.</summary>
    public string? Refusal { get; init; }

    /// <summary>Assistant, OpenAI: reference to audio of an earlier answer.</summary>
    public JsonElement? Audio { get; init; }

    /// <summary>Assistant, OpenAI, deprecated: see <see cref="ToolCalls"/>.</summary>
    public FunctionCall? FunctionCall { get; init; }

    /// <summary>A message of one role and one text.</summary>
    public static ChatMessage Of(string role, string text) => new() { Role = role, Content = text };

    /// <summary>A user's message.</summary>
    public static ChatMessage User(string text) => Of(ChatRoles.User, text);

    /// <summary>Instructions.</summary>
    public static ChatMessage System(string text) => Of(ChatRoles.System, text);

    /// <summary>The result of a tool call.</summary>
    public static ChatMessage ToolResult(string toolCallId, string text) => new() { Role = ChatRoles.Tool, ToolCallId = toolCallId, Content = text };
}
