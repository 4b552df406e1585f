using Sluice.Console.Door;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.FirstRun;

/// <summary>A model that answers chats and can be called here, for examples; a real one where there is one.</summary>
internal static class FirstModel
{
    private static readonly string[] Usual =
        ["deepseek-chat", "gpt-4o-mini", "qwen-plus", "moonshot-v1-8k", "glm-4-flash", "openai/gpt-4o-mini", "Qwen/Qwen2.5-7B-Instruct", "doubao-1-5-lite-32k-250115"];

    // What these make is no chat.
    private static readonly string[] Others = ["embed", "dall-e", "image", "whisper", "tts", "bge", "cogview", "rerank", "moderation"];

    public static async Task<string> OfAsync(Plane plane)
    {
        var models = ((await plane.GetAsync<Page<CallableModelAnswer>>("/models")).Value?.Data ?? []).Where(static m => m.MayCall).ToList();
        if (models.Exists(static m => !m.IsSandbox)) models.RemoveAll(static m => m.IsSandbox);
        return Usual.FirstOrDefault(name => models.Exists(m => m.Name == name))
            ?? models.Find(static m => !m.IsPattern && !Others.Any(o => m.Name.Contains(o, StringComparison.OrdinalIgnoreCase)))?.Name
            ?? Usual.FirstOrDefault(name => models.Exists(m => m.IsPattern && name.StartsWith(m.Name.TrimEnd('*'), StringComparison.Ordinal)))
            ?? Usual[0];
    }
}
