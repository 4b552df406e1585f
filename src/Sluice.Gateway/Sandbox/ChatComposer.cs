using System.Globalization;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Sandbox;

/// <summary>Decides what the sandbox answers to a chat. Everything follows from the request and its seed.</summary>
internal sealed class ChatComposer(ChatRequest request, SandboxDirectives directives)
{
    /// <summary>Tokens that a tool call costs beside its name and arguments.</summary>
    private const int PerCall = 5;

    /// <summary>Most tool calls in one answer.</summary>
    private const int CallsMax = 8;

    private readonly bool _chinese = PromptExcerpt.IsChinese(request.UserText);

    public ChatAnswer Compose(TimeProvider time)
    {
        var choices = new List<ChatChoice>(request.Choices);
        for (var i = 0; i < request.Choices; i++) choices.Add(Choice(i == 0 ? request.Seed : RequestSeed.Derive(request.Seed, (ulong)i)));
        var usage = new SandboxUsage(request.PromptTokens, choices.Sum(c => (long)c.Tokens), choices.Sum(c => (long)c.Reasoning.Tokens));
        return new ChatAnswer
        {
            Head = AnswerHead.For(request.Flavour, "chatcmpl-", request.Model, request.Seed, time),
            Thinks = request.Thinking != ThinkingEffort.None,
            Choices = choices,
            Usage = directives.NoUsage ? null : usage,
            IncludeUsage = request.IncludeUsage,
        };
    }

    private ChatChoice Choice(ulong seed)
    {
        var left = request.TokensMax;
        var reasoning = SandboxText.Empty;
        if (request.Thinking != ThinkingEffort.None)
        {
            reasoning = Reasoning(seed, left, out var outOfTokens);
            left -= reasoning.Tokens;
            if (outOfTokens || left <= 0) return new(reasoning, SandboxText.Empty, [], "length", reasoning.Tokens);
        }

        var tools = ToolsToCall();
        if (tools.Count > 0) return Calling(reasoning, tools, seed, left);

        var content = Content(seed, left, out var cut).BeforeStop(request.Stops, out var stopped);
        return new(reasoning, content, [], cut && !stopped ? "length" : "stop", reasoning.Tokens + content.Tokens);
    }

    private SandboxText Reasoning(ulong seed, long tokensMax, out bool cut)
    {
        var asked = PromptExcerpt.Of(request.UserText, 120);
        var head = _chinese ? $"用户说：“{asked}”。" : asked.Length == 0 ? "There is no user message to answer." : $"The user says: “{asked}”.";
        var sentences = request.Thinking switch { ThinkingEffort.Low => 1, ThinkingEffort.Max => 6, _ => 3 };
        return SandboxText.Compose(head, _chinese ? SentenceRing.ChineseThoughts : SentenceRing.EnglishThoughts, seed, sentences, null, tokensMax, out cut);
    }

    private List<ToolDefinition> ToolsToCall()
    {
        if (request.ToolUse == ToolUse.None) return [];
        if (request.NamedTool is { } named) return [named];
        // Results are in: the answer is text, unless calls are demanded.
        var matches = request.ToolResults.Count > 0 || request.Prefix is not null ? [] : ToolMatcher.Match(request.Tools, request.UserText);
        if (matches.Count == 0 && request.ToolUse == ToolUse.Required) matches.Add(request.Tools[0]);
        return request.ParallelTools || matches.Count == 0 ? matches : matches[..1];
    }

    private ChatChoice Calling(SandboxText reasoning, List<ToolDefinition> tools, ulong seed, long left)
    {
        var calls = new List<ToolCall>();
        var used = 0L;
        foreach (var tool in tools)
        {
            // "Weather in Oslo and Lima?" is two calls of a tool that takes one name.
            var times = request.ParallelTools && tools.Count == 1 && TakesOneString(tool) ? Math.Max(1, UserPhrases.Names(request.UserText).Count) : 1;
            for (var variant = 0; variant < times && calls.Count < CallsMax; variant++)
            {
                var id = request.Flavour == SandboxFlavour.DeepSeek
                    ? string.Create(CultureInfo.InvariantCulture, $"call_{calls.Count:00}_{AnswerHead.Letters(RequestSeed.Derive(seed, 0xCA11 + (ulong)calls.Count), 24)}")
                    : "call_" + AnswerHead.Letters(RequestSeed.Derive(seed, 0xCA11 + (ulong)calls.Count), 24);
                var arguments = tool.Parameters.IsAbsent ? "{}" : new SchemaFiller(tool.Parameters, request.UserText, variant).Fill();
                used += PerCall + TokenCounter.Count(tool.Name);
                var kept = SandboxText.Limit(arguments, Math.Max(0, left - used), out var cut);
                used += kept.Tokens;
                calls.Add(new ToolCall(id, tool.Name, kept.ToString()));
                if (cut) return new(reasoning, SandboxText.Empty, calls, "length", (int)(reasoning.Tokens + Math.Min(used, left)));
            }
        }

        return new(reasoning, SandboxText.Empty, calls, "tool_calls", (int)(reasoning.Tokens + used));
    }

    private static bool TakesOneString(ToolDefinition tool)
    {
        if (tool.Parameters.IsAbsent) return false;
        var view = new SchemaView(new SchemaReferences(tool.Parameters), tool.Parameters, shallow: false);
        var required = view["required"u8].Items();
        if (required.Count != 1 || !required[0].IsString) return false;
        var property = view["properties"u8][System.Text.Encoding.UTF8.GetBytes(required[0].Text())];
        return property["type"u8].TextEquals("string"u8) && property["enum"u8].IsAbsent && property["format"u8].IsAbsent;
    }

    private SandboxText Content(ulong seed, long tokensMax, out bool cut)
    {
        var ring = _chinese ? SentenceRing.Chinese : SentenceRing.English;
        switch (request.Format)
        {
            case AnswerFormat.JsonObject:
                return SandboxText.Limit(Json(), tokensMax, out cut);
            case AnswerFormat.JsonSchema:
                return SandboxText.Limit(request.Schema.IsAbsent ? "{}" : new SchemaFiller(request.Schema, request.UserText).Fill(), tokensMax, out cut);
            default:
                var wanted = directives.Tokens;
                return SandboxText.Compose(request.Prefix is { } prefix ? Continuation(prefix) : Opening(), ring, seed, 2 + (int)(seed >> 8) % 2, wanted, tokensMax, out cut);
        }
    }

    private string Json()
    {
        using var to = new PooledBytes();
        to.Raw("{\"sandbox\":true,\"model\":"u8);
        to.Text(request.Model);
        to.Raw(",\"asked\":"u8);
        to.Text(PromptExcerpt.Of(request.UserText, 200));
        to.Raw(",\"answer\":"u8);
        to.Text(request.ToolResults.Count > 0 ? PromptExcerpt.Of(request.ToolResults[^1], 200) : _chinese ? "这是沙箱的回答，没有调用真实模型。" : "This is the sandbox; no real model was called.");
        to.Raw("}"u8);
        return System.Text.Encoding.UTF8.GetString(to.Written);
    }

    private static string Continuation(string prefix) => prefix.Contains("```", StringComparison.Ordinal)
        ? "// Continued by the Sluice sandbox; no real model was called.\n```\nThat closes the block."
        : " … continued by the Sluice sandbox; no real model was called.";

    private string Opening()
    {
        var asked = PromptExcerpt.Of(request.UserText, 300);
        var results = request.ToolResults.Count == 0 ? "" : PromptExcerpt.Of(string.Join(_chinese ? "；" : "; ", request.ToolResults), 300);
        if (_chinese)
        {
            var images = request.Images > 0 ? $"随消息收到 {request.Images} 张图片。" : "";
            return "这里是 Sluice 沙箱，一个用于测试的替身模型，没有调用真实模型。" + (results.Length > 0 ? $"您问：“{asked}”。工具返回：{results}。" : $"您对 {request.Model} 说：“{asked}”。") + images;
        }

        var opening = "This is the Sluice sandbox, a stand-in model inside the gateway; no real model was called.";
        if (results.Length > 0) opening += $" You asked: “{asked}”. The tool returned: {results}.";
        else if (asked.Length > 0) opening += $" You said to {request.Model}: “{asked}”.";
        else opening += $" There was no text for {request.Model} to answer.";
        return request.Images switch
        {
            0 => opening,
            1 => opening + " One image came with it.",
            var n => opening + string.Create(CultureInfo.InvariantCulture, $" {n} images came with it."),
        };
    }
}
