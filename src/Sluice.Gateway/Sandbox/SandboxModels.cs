namespace Sluice.Gateway.Sandbox;

/// <summary>Whose wire habits an answer follows.</summary>
internal enum SandboxFlavour { OpenAI, DeepSeek }

/// <summary>The names the sandbox is known by, and what it derives from a name.</summary>
public static class SandboxModels
{
    /// <summary>Names that go to the sandbox where no upstream is configured. It answers any other name too.</summary>
    public static readonly IReadOnlyList<string> WellKnown =
    [
        "deepseek-chat", "deepseek-reasoner", "deepseek-flash", "deepseek-v4-flash", "deepseek-v4-pro",
        "gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-5", "gpt-5-mini", "gpt-5-nano",
        "text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002",
        "gpt-image-1", "gpt-image-1-mini", "dall-e-2", "dall-e-3",
        "gpt-3.5-turbo-instruct", "sandbox-chat", "qwen-plus", "qwen3-max", "kimi-k2", "glm-4.6",
    ];

    internal static SandboxFlavour FlavourOf(string model) => model.StartsWith("deepseek-", StringComparison.Ordinal) ? SandboxFlavour.DeepSeek : SandboxFlavour.OpenAI;

    internal static bool IsEmbedding(string model) => model.StartsWith("text-embedding-", StringComparison.Ordinal);

    internal static bool IsImage(string model) => IsGptImage(model) || model.StartsWith("dall-e-", StringComparison.Ordinal);

    internal static bool IsGptImage(string model) => model.StartsWith("gpt-image-", StringComparison.Ordinal);

    /// <summary>OpenAI's reasoning models take <c>max_completion_tokens</c> only.</summary>
    public static bool RejectsMaxTokens(string model)
        => model.StartsWith("gpt-5", StringComparison.Ordinal) || model.StartsWith("o1", StringComparison.Ordinal) || model.StartsWith("o3", StringComparison.Ordinal) || model.StartsWith("o4", StringComparison.Ordinal);

    /// <summary>Whether the model thinks unless the request says otherwise.</summary>
    internal static bool ThinksByDefault(string model) => FlavourOf(model) == SandboxFlavour.DeepSeek && model != "deepseek-chat";

    /// <summary>Tokens of prompt and answer together.</summary>
    public static long ContextOf(string model) => model switch
    {
        "gpt-3.5-turbo-instruct" => 4_096,
        "gpt-4o" or "gpt-4o-mini" => 128_000,
        _ when model.StartsWith("gpt-5", StringComparison.Ordinal) => 400_000,
        _ => 1_000_000,
    };
}
