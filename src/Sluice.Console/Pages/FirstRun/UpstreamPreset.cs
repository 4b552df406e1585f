namespace Sluice.Console.Pages.FirstRun;

/// <summary>A provider that is known by name: what is filled in for it.</summary>
/// <param name="Id">In the address; also the name that the upstream is given.</param>
/// <param name="Title">A name, the same in every language.</param>
/// <param name="Hint">Looks like its keys do; <see langword="null"/> where it needs none.</param>
internal sealed record UpstreamPreset(string Id, string Title, string BaseUrl, string Models, string? Hint)
{
    public static readonly IReadOnlyList<UpstreamPreset> All =
    [
        new("deepseek", "DeepSeek", "https://api.deepseek.com", "deepseek-chat, deepseek-reasoner, deepseek-*", "sk-…"),
        new("openai", "OpenAI", "https://api.openai.com/v1", "gpt-4o-mini, gpt-4o, gpt-4.1, gpt-*, o1*, o3*, o4*, text-embedding-3-*, dall-e-*", "sk-…"),
        new("dashscope", "Qwen (DashScope)", "https://dashscope.aliyuncs.com/compatible-mode/v1", "qwen-plus, qwen-turbo, qwen-max, qwen*, qwq-*, text-embedding-v*", "sk-…"),
        new("moonshot", "Moonshot", "https://api.moonshot.cn/v1", "moonshot-v1-8k, moonshot-v1-32k, moonshot-*, kimi-*", "sk-…"),
        new("zhipu", "Zhipu", "https://open.bigmodel.cn/api/paas/v4", "glm-4-flash, glm-4-plus, glm-*, embedding-3", "….…"),
        new("siliconflow", "SiliconFlow", "https://api.siliconflow.cn/v1", "Qwen/*, deepseek-ai/*, Pro/*, THUDM/*, BAAI/*", "sk-…"),
        new("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "openai/*, anthropic/*, google/*, deepseek/*, qwen/*, meta-llama/*", "sk-or-…"),
        new("vllm", "vLLM", "http://localhost:8000/v1", "*", null),
        new("ollama", "Ollama", "http://localhost:11434/v1", "*", null),
        new("other", "", "", "*", "sk-…"),
    ];

    /// <summary>In one's own network, where plain http is usual.</summary>
    public bool IsLocal => BaseUrl.StartsWith("http:", StringComparison.Ordinal);

    public static UpstreamPreset? Find(string id) => All.FirstOrDefault(p => p.Id == id);
}
