namespace Sluice.Gateway.Sandbox;

/// <summary>One choice of a completion.</summary>
internal sealed record CompletionChoice(string? Echo, SandboxText Text, string FinishReason);

/// <summary>A whole completion answer, ready to be written at once or piece by piece.</summary>
internal sealed class CompletionAnswer
{
    public required AnswerHead Head { get; init; }
    public required IReadOnlyList<CompletionChoice> Choices { get; init; }
    public required SandboxUsage? Usage { get; init; }
    public required bool IncludeUsage { get; init; }

    public static CompletionAnswer Compose(CompletionRequest request, SandboxDirectives directives, TimeProvider time)
    {
        var choices = new List<CompletionChoice>();
        foreach (var prompt in request.Prompts)
        {
            for (var i = 0; i < request.ChoicesPerPrompt; i++)
            {
                var seed = choices.Count == 0 ? request.Seed : RequestSeed.Derive(request.Seed, (ulong)choices.Count);
                var chinese = PromptExcerpt.IsChinese(prompt.End);
                var text = SandboxText.Compose(Opening(request, prompt, chinese), chinese ? SentenceRing.Chinese : SentenceRing.English, seed,
                    request.Suffix is null ? 2 : 0, directives.Tokens, request.TokensMax, out var cut).BeforeStop(request.Stops, out var stopped);
                choices.Add(new CompletionChoice(prompt.Echo, text, cut && !stopped ? "length" : "stop"));
            }
        }

        return new CompletionAnswer
        {
            Head = AnswerHead.For(request.Flavour, "cmpl-", request.Model, request.Seed, time),
            Choices = choices,
            Usage = directives.NoUsage ? null : new SandboxUsage(request.PromptTokens, choices.Sum(c => (long)c.Text.Tokens), 0),
            IncludeUsage = request.IncludeUsage,
        };
    }

    private static string Opening(CompletionRequest request, CompletionPrompt prompt, bool chinese)
    {
        if (request.Suffix is { } suffix) return $" /* filled in by the Sluice sandbox between “{prompt.End}” and “{PromptExcerpt.Of(suffix, 80)}” */";
        if (chinese) return $" ……由 Sluice 沙箱接着“{prompt.End}”写下去，没有调用真实模型。";
        return prompt.End.Length == 0 ? " … continued by the Sluice sandbox; no real model was called." : $" … the Sluice sandbox goes on from “{prompt.End}”; no real model was called.";
    }
}
