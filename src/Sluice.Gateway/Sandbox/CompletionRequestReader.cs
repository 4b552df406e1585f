namespace Sluice.Gateway.Sandbox;

/// <summary>Reads a completion request and refuses what the vendor would refuse. Prompt tokens are those of the prompts and the suffix, nothing else.</summary>
internal static class CompletionRequestReader
{
    /// <summary>Most prompts times choices.</summary>
    private const int ChoicesMax = 128;

    public static CompletionRequest Read(JsonSlice body, ulong seed)
    {
        var model = RequestMembers.Model(body);
        var flavour = SandboxModels.FlavourOf(model);
        var deepSeek = flavour == SandboxFlavour.DeepSeek;
        var members = new RequestMembers(body, flavour);
        if (SandboxModels.IsEmbedding(model) || SandboxModels.IsImage(model)) throw members.Invalid("model", $"'{model}' is not a completion model.");
        members.Streaming(out var stream, out var includeUsage);
        members.Sampling();
        members.Whole("logprobs"u8, "logprobs", 0, deepSeek ? 20 : 5);
        var choices = deepSeek ? 1 : (int)(members.Whole("n"u8, "n", 1, ChoicesMax) ?? 1);
        if (members.Whole("best_of"u8, "best_of", 0, 20) < choices) throw members.Invalid("best_of", "'best_of' must be at least 'n'.");
        var request = new CompletionRequest
        {
            Model = model, Flavour = flavour, Seed = seed, Stream = stream, IncludeUsage = includeUsage, ChoicesPerPrompt = choices, Stops = members.Stops(),
            TokensMax = members.Whole("max_tokens"u8, "max_tokens", 0, deepSeek ? 393_216 : 1_000_000) ?? (deepSeek ? 4_096 : 16),
        };

        var tokens = default(PromptTokens);
        var suffix = members["suffix"u8];
        if (!suffix.IsAbsent) request.Suffix = suffix.IsString ? tokens.AddText(suffix) : throw members.Invalid("suffix", "'suffix' must be a string.", "invalid_type");
        var echo = members.Boolean("echo"u8, "echo", false);
        if (echo && deepSeek && (request.Suffix is not null || !members["logprobs"u8].IsAbsent)) throw members.Invalid("echo", "'echo' is not allowed together with 'suffix' or 'logprobs'.");
        Prompts(members, request, echo, ref tokens);
        request.PromptTokens = tokens.Total;
        if (request.PromptTokens > SandboxModels.ContextOf(model))
            throw members.Invalid("prompt", $"'{model}' takes at most {SandboxModels.ContextOf(model)} tokens; the prompt has {request.PromptTokens}.", "context_length_exceeded");
        return request;
    }

    private static void Prompts(RequestMembers members, CompletionRequest request, bool echo, ref PromptTokens tokens)
    {
        var prompt = members["prompt"u8];
        if (prompt.IsAbsent) throw members.Invalid("prompt", "'prompt' is required.", "missing_required_parameter");
        if (prompt.IsString)
        {
            request.Prompts.Add(OfText(prompt, echo, ref tokens));
            return;
        }

        if (members.Flavour == SandboxFlavour.DeepSeek || !prompt.IsArray) throw members.Invalid("prompt", "'prompt' must be a string.", "invalid_type");
        var items = prompt.Items();
        if (items.Count == 0) throw members.Invalid("prompt", "'prompt' must not be empty.", "empty_array");
        if (items[0].IsNumber)
        {
            request.Prompts.Add(OfTokens(members, items, ref tokens));
            return;
        }

        if (items.Count * request.ChoicesPerPrompt > ChoicesMax) throw members.Invalid("prompt", $"Prompts times 'n' must be at most {ChoicesMax}.");
        foreach (var item in items)
        {
            request.Prompts.Add(item.IsString ? OfText(item, echo, ref tokens)
                : item.IsArray ? OfTokens(members, item.Items(), ref tokens)
                : throw members.Invalid("prompt", "'prompt' must be a string, or an array of strings, of token ids, or of arrays of token ids.", "invalid_type"));
        }
    }

    private static CompletionPrompt OfText(JsonSlice text, bool echo, ref PromptTokens tokens)
    {
        tokens.AddText(text);
        var whole = text.Text();
        return new CompletionPrompt(PromptExcerpt.Of(whole.AsSpan(Math.Max(0, whole.Length - 80)), 80), echo ? whole : null);
    }

    private static CompletionPrompt OfTokens(RequestMembers members, List<JsonSlice> ids, ref PromptTokens tokens)
    {
        foreach (var id in ids)
        {
            if (!id.TryWhole(out var number) || number < 0) throw members.Invalid("prompt", "'prompt' as token ids must contain whole numbers of at least 0 only.", "invalid_type");
        }

        tokens.Add(ids.Count);
        return new CompletionPrompt("", null);
    }
}
