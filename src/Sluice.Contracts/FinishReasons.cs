namespace Sluice.Contracts;

/// <summary>
/// Known values of <c>finish_reason</c>. The set is open: compare with these, and take anything else as an ending you do not know.
/// Source: https://api-docs.deepseek.com/api/create-chat-completion.
/// </summary>
public static class FinishReasons
{
    /// <summary>The model was done, or a stop sequence came up.</summary>
    public const string Stop = "stop";

    /// <summary>The token limit or the context was used up.</summary>
    public const string Length = "length";

    /// <summary>Text was withheld by the vendor's filter.</summary>
    public const string ContentFilter = "content_filter";

    /// <summary>The model asks for tools to be called.</summary>
    public const string ToolCalls = "tool_calls";

    /// <summary>As <see cref="ToolCalls"/>, for the deprecated <c>functions</c> of OpenAI.</summary>
    public const string FunctionCall = "function_call";

    /// <summary>DeepSeek: the server ran out of inference capacity in the middle of the answer. It comes with status 200 and is not a success.</summary>
    public const string InsufficientSystemResource = "insufficient_system_resource";

    /// <summary>DeepSeek: generation was interrupted. It comes with status 200 and is not a success.</summary>
    public const string Aborted = "aborted";

    /// <summary>Whether the answer is a failure in spite of its status 200.</summary>
    public static bool IsFailure(string? finishReason) => finishReason is InsufficientSystemResource or Aborted;
}
