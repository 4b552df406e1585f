namespace Sluice.Server.Configuration;

/// <summary>A vendor whose own environment variable is enough to use it.</summary>
/// <param name="Name">Name of the upstream.</param>
/// <param name="KeyVariable">Environment variable that holds the key.</param>
/// <param name="BaseUrlVariable">Environment variable that moves it elsewhere, or <see langword="null"/>.</param>
/// <param name="BaseUrl">What the endpoint's path is appended to.</param>
/// <param name="Models">Names (these are listed), and prefixes ending in <c>*</c> for whatever else the vendor has.</param>
/// <param name="ExampleModel">A model that most accounts can call; for the banner.</param>
internal sealed record KnownVendor(string Name, string KeyVariable, string? BaseUrlVariable, string BaseUrl, IReadOnlyList<string> Models, string ExampleModel)
{
    public static readonly IReadOnlyList<KnownVendor> All =
    [
        new("deepseek", "DEEPSEEK_API_KEY", "DEEPSEEK_BASE_URL", "https://api.deepseek.com", ["deepseek-chat", "deepseek-reasoner", "deepseek-*"], "deepseek-chat"),
        new("openai", "OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1",
            ["gpt-4o-mini", "gpt-4o", "gpt-4.1", "gpt-4.1-mini", "text-embedding-3-small", "text-embedding-3-large", "gpt-image-1", "gpt-*", "chatgpt-*", "o1*", "o3*", "o4*", "codex-*", "text-embedding-3-*", "text-embedding-ada-002", "dall-e-*", "davinci-002", "babbage-002"], "gpt-4o-mini"),
        new("dashscope", "DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL", "https://dashscope.aliyuncs.com/compatible-mode/v1",
            ["qwen-plus", "qwen-turbo", "qwen-max", "qwen*", "qwq-*", "qvq-*", "text-embedding-v*"], "qwen-plus"),
        new("moonshot", "MOONSHOT_API_KEY", "MOONSHOT_BASE_URL", "https://api.moonshot.cn/v1", ["moonshot-v1-8k", "moonshot-v1-32k", "moonshot-v1-128k", "moonshot-*", "kimi-*"], "moonshot-v1-8k"),
        new("zhipu", "ZHIPUAI_API_KEY", null, "https://open.bigmodel.cn/api/paas/v4", ["glm-4-flash", "glm-4-plus", "glm-*", "cogview-*", "embedding-2", "embedding-3", "codegeex-*"], "glm-4-flash"),
        new("siliconflow", "SILICONFLOW_API_KEY", null, "https://api.siliconflow.cn/v1",
            ["Pro/*", "Qwen/*", "deepseek-ai/*", "THUDM/*", "zai-org/*", "moonshotai/*", "BAAI/*", "Kwai-Kolors/*", "internlm/*", "tencent/*", "baidu/*"], "Qwen/Qwen2.5-7B-Instruct"),
        new("openrouter", "OPENROUTER_API_KEY", null, "https://openrouter.ai/api/v1",
            ["openrouter/*", "openai/*", "anthropic/*", "google/*", "meta-llama/*", "mistralai/*", "deepseek/*", "qwen/*", "x-ai/*", "z-ai/*", "cohere/*", "nvidia/*", "microsoft/*", "amazon/*"], "openai/gpt-4o-mini"),
        new("ark", "ARK_API_KEY", null, "https://ark.cn-beijing.volces.com/api/v3", ["doubao-*", "ep-*"], "doubao-1-5-lite-32k-250115"),
    ];
}
