namespace Sluice.Gateway.Sandbox;

/// <summary>A chat answer as one JSON body.</summary>
internal static class ChatJson
{
    public static void Write(PooledBytes to, ChatAnswer answer)
    {
        var deepSeek = answer.Head.Flavour == SandboxFlavour.DeepSeek;
        to.Raw("{\"id\":"u8);
        to.Text(answer.Head.Id);
        to.Raw(",\"object\":\"chat.completion\",\"created\":"u8);
        to.Number(answer.Head.Created);
        to.Raw(",\"model\":"u8);
        to.Text(answer.Head.Model);
        to.Raw(",\"choices\":["u8);
        for (var i = 0; i < answer.Choices.Count; i++)
        {
            if (i > 0) to.Raw(","u8);
            Choice(to, answer, i, deepSeek);
        }

        to.Raw("]"u8);
        if (answer.Usage is { } usage)
        {
            to.Raw(",\"usage\":"u8);
            UsageJson.Write(to, answer.Head.Flavour, usage);
        }

        if (!deepSeek) to.Raw(",\"service_tier\":\"default\""u8);
        to.Raw(",\"system_fingerprint\":"u8);
        to.Text(AnswerHead.Fingerprint);
        to.Raw("}"u8);
    }

    private static void Choice(PooledBytes to, ChatAnswer answer, int index, bool deepSeek)
    {
        var choice = answer.Choices[index];
        to.Raw("{\"index\":"u8);
        to.Number(index);
        to.Raw(",\"message\":{\"role\":\"assistant\",\"content\":"u8);
        if (choice.CallsTools && !deepSeek) to.Raw("null"u8);
        else Text(to, choice.Content);
        if (answer.Thinks)
        {
            to.Raw(",\"reasoning_content\":"u8);
            Text(to, choice.Reasoning);
        }

        if (choice.CallsTools) Calls(to, choice.Calls, deepSeek);
        if (!deepSeek) to.Raw(",\"refusal\":null,\"annotations\":[]"u8);
        to.Raw("},\"logprobs\":null,\"finish_reason\":"u8);
        to.Text(choice.FinishReason);
        to.Raw("}"u8);
    }

    private static void Calls(PooledBytes to, IReadOnlyList<ToolCall> calls, bool deepSeek)
    {
        to.Raw(",\"tool_calls\":["u8);
        for (var i = 0; i < calls.Count; i++)
        {
            to.Raw(i > 0 ? ",{"u8 : "{"u8);
            if (deepSeek)
            {
                to.Raw("\"index\":"u8);
                to.Number(i);
                to.Raw(","u8);
            }

            to.Raw("\"id\":"u8);
            to.Text(calls[i].Id);
            to.Raw(",\"type\":\"function\",\"function\":{\"name\":"u8);
            to.Text(calls[i].Name);
            to.Raw(",\"arguments\":"u8);
            to.Text(calls[i].Arguments);
            to.Raw("}}"u8);
        }

        to.Raw("]"u8);
    }

    private static void Text(PooledBytes to, SandboxText text)
    {
        to.Raw("\""u8);
        text.WriteTo(to, 0, text.Length);
        to.Raw("\""u8);
    }
}
