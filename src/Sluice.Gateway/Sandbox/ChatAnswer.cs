namespace Sluice.Gateway.Sandbox;

/// <summary>A call of a tool.</summary>
internal sealed record ToolCall(string Id, string Name, string Arguments);

/// <summary>One choice of a chat answer.</summary>
internal sealed record ChatChoice(SandboxText Reasoning, SandboxText Content, IReadOnlyList<ToolCall> Calls, string FinishReason, int Tokens)
{
    public bool CallsTools => Calls.Count > 0;
}

/// <summary>Token counts as the answer reports them.</summary>
internal readonly record struct SandboxUsage(long Prompt, long Completion, long Reasoning);

/// <summary>A whole chat answer, ready to be written at once or piece by piece.</summary>
internal sealed class ChatAnswer
{
    public required AnswerHead Head { get; init; }
    public required bool Thinks { get; init; }
    public required IReadOnlyList<ChatChoice> Choices { get; init; }
    /// <summary><see langword="null"/> where the caller asked for an answer without usage.</summary>
    public required SandboxUsage? Usage { get; init; }
    public required bool IncludeUsage { get; init; }
}
