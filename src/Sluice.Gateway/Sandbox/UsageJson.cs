namespace Sluice.Gateway.Sandbox;

/// <summary>The <c>usage</c> object in either flavour. The sandbox caches nothing, so cached tokens are 0.</summary>
internal static class UsageJson
{
    public static void Write(PooledBytes to, SandboxFlavour flavour, SandboxUsage usage)
    {
        to.Raw("{\"prompt_tokens\":"u8);
        to.Number(usage.Prompt);
        to.Raw(",\"completion_tokens\":"u8);
        to.Number(usage.Completion);
        to.Raw(",\"total_tokens\":"u8);
        to.Number(usage.Prompt + usage.Completion);
        if (flavour == SandboxFlavour.DeepSeek)
        {
            to.Raw(",\"prompt_tokens_details\":{\"cached_tokens\":0}"u8);
            if (usage.Reasoning > 0)
            {
                to.Raw(",\"completion_tokens_details\":{\"reasoning_tokens\":"u8);
                to.Number(usage.Reasoning);
                to.Raw("}"u8);
            }

            to.Raw(",\"prompt_cache_hit_tokens\":0,\"prompt_cache_miss_tokens\":"u8);
            to.Number(usage.Prompt);
        }
        else
        {
            to.Raw(",\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":"u8);
            to.Number(usage.Reasoning);
            to.Raw(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}"u8);
        }

        to.Raw("}"u8);
    }
}
