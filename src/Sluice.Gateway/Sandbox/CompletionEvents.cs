namespace Sluice.Gateway.Sandbox;

/// <summary>A completion answer as stream events, one choice after the other.</summary>
internal sealed class CompletionEvents : EventScript
{
    private readonly CompletionAnswer _answer;
    private readonly byte[] _opening;
    private readonly bool _deepSeek;
    private int _choice;
    private int _position = -1;
    private bool _usageSent;

    public CompletionEvents(CompletionAnswer answer)
    {
        _answer = answer;
        _deepSeek = answer.Head.Flavour == SandboxFlavour.DeepSeek;
        using var to = new PooledBytes();
        to.Raw("data: {"u8);
        CompletionJson.WriteHead(to, answer.Head);
        to.Raw(",\"choices\":["u8);
        _opening = to.Written.ToArray();
    }

    public override bool WriteNext(PooledBytes to)
    {
        if (_choice < _answer.Choices.Count)
        {
            Choice(to, _answer.Choices[_choice]);
            return true;
        }

        if (!_deepSeek && _answer is { IncludeUsage: true, Usage: { } usage } && !_usageSent)
        {
            _usageSent = true;
            to.Raw(_opening);
            End(to, usage, isNull: false);
            return true;
        }

        WriteDone(to);
        return false;
    }

    private void Choice(PooledBytes to, CompletionChoice choice)
    {
        // The prompt comes back as one piece before the first.
        if (_position < 0 && choice.Echo is null) _position = 0;
        to.Raw(_opening);
        to.Raw("{\"text\":\""u8);
        var finished = _position == choice.Text.Length;
        if (_position < 0)
        {
            to.Inner(choice.Echo);
            _position = 0;
        }
        else if (!finished)
        {
            var length = choice.Text.PieceAt(_position);
            choice.Text.WriteTo(to, _position, length);
            _position += length;
        }

        to.Raw("\",\"index\":"u8);
        to.Number(_choice);
        to.Raw(",\"logprobs\":null,\"finish_reason\":"u8);
        to.TextOrNull(finished ? choice.FinishReason : null);
        to.Raw("}"u8);
        End(to, finished && _deepSeek ? _answer.Usage : null, isNull: _answer is { IncludeUsage: true, Usage: not null });
        if (!finished) return;
        _choice++;
        _position = -1;
    }

    private void End(PooledBytes to, SandboxUsage? usage, bool isNull)
    {
        to.Raw("],\"system_fingerprint\":\""u8);
        to.Inner(AnswerHead.Fingerprint);
        to.Raw("\""u8);
        if (usage is { } known)
        {
            to.Raw(",\"usage\":"u8);
            UsageJson.Write(to, _answer.Head.Flavour, known);
        }
        else if (isNull)
        {
            to.Raw(",\"usage\":null"u8);
        }

        to.Raw("}"u8);
        to.Raw(EventEnd);
    }
}
