namespace Sluice.Gateway.Sandbox;

internal enum ToolUse { None, Auto, Required }

internal enum AnswerFormat { Text, JsonObject, JsonSchema }

internal enum ThinkingEffort { None, Low, High, Max }

/// <summary>A function the model may call.</summary>
/// <param name="Parameters">JSON Schema of the arguments; the default value if there is none.</param>
internal sealed record ToolDefinition(string Name, string Description, JsonSlice Parameters);

/// <summary>A chat completion request as far as the sandbox looks at it.</summary>
internal sealed class ChatRequest
{
    public required string Model { get; init; }
    public required SandboxFlavour Flavour { get; init; }
    public required ulong Seed { get; init; }
    public bool Stream { get; set; }
    public bool IncludeUsage { get; set; }
    /// <summary>Most tokens of reasoning and answer together.</summary>
    public long TokensMax { get; set; }
    public int Choices { get; set; } = 1;
    public IReadOnlyList<string> Stops { get; set; } = [];
    public ThinkingEffort Thinking { get; set; }
    public IReadOnlyList<ToolDefinition> Tools { get; set; } = [];
    public ToolUse ToolUse { get; set; }
    /// <summary>The one function that must be called, where <c>tool_choice</c> names it.</summary>
    public ToolDefinition? NamedTool { get; set; }
    public bool ParallelTools { get; set; } = true;
    public AnswerFormat Format { get; set; }
    /// <summary>Name and schema of <c>json_schema</c>.</summary>
    public JsonSlice Schema { get; set; }

    /// <summary>See <see cref="ChatRequestReader"/> for what is counted.</summary>
    public long PromptTokens { get; set; }
    public int Messages { get; set; }
    public int Images { get; set; }
    /// <summary>The beginning of the last user message.</summary>
    public string UserText { get; set; } = "";
    /// <summary>The beginnings of the tool results after the last assistant message; empty if the last message is not one.</summary>
    public IReadOnlyList<string> ToolResults { get; set; } = [];
    /// <summary>The beginning of an answer that is to be continued, or <see langword="null"/>.</summary>
    public string? Prefix { get; set; }
}
