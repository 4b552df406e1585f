namespace Sluice.Gateway.Sandbox;

/// <summary>A completion answer as one JSON body.</summary>
internal static class CompletionJson
{
    public static void Write(PooledBytes to, CompletionAnswer answer)
    {
        to.Raw("{"u8);
        WriteHead(to, answer.Head);
        to.Raw(",\"choices\":["u8);
        for (var i = 0; i < answer.Choices.Count; i++)
        {
            var choice = answer.Choices[i];
            to.Raw(i > 0 ? ",{\"text\":\""u8 : "{\"text\":\""u8);
            if (choice.Echo is { } echo) to.Inner(echo);
            choice.Text.WriteTo(to, 0, choice.Text.Length);
            to.Raw("\",\"index\":"u8);
            to.Number(i);
            to.Raw(",\"logprobs\":null,\"finish_reason\":"u8);
            to.Text(choice.FinishReason);
            to.Raw("}"u8);
        }

        to.Raw("]"u8);
        if (answer.Usage is { } usage)
        {
            to.Raw(",\"usage\":"u8);
            UsageJson.Write(to, answer.Head.Flavour, usage);
        }

        to.Raw(",\"system_fingerprint\":"u8);
        to.Text(AnswerHead.Fingerprint);
        to.Raw("}"u8);
    }

    /// <summary>The members that open the body and every event.</summary>
    public static void WriteHead(PooledBytes to, AnswerHead head)
    {
        to.Raw("\"id\":"u8);
        to.Text(head.Id);
        to.Raw(",\"object\":\"text_completion\",\"created\":"u8);
        to.Number(head.Created);
        to.Raw(",\"model\":"u8);
        to.Text(head.Model);
    }
}
