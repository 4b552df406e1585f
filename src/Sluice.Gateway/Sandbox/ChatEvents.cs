namespace Sluice.Gateway.Sandbox;

/// <summary>
/// A chat answer as stream events: role, reasoning, text, tool calls, finish; with usage on the finish event (DeepSeek) or in an event
/// of its own where the caller asked for it (OpenAI). Several choices take turns.
/// </summary>
internal sealed class ChatEvents : EventScript
{
    private enum Phase : byte { Role, Reasoning, Text, Call, Finish, Over }

    private struct Cursor
    {
        public Phase Phase;
        public int Position;
        public int Call;
        /// <summary>The call's name went out, its arguments follow.</summary>
        public bool CallOpened;
    }

    private readonly ChatAnswer _answer;
    private readonly byte[] _opening;
    private readonly Cursor[] _cursors;
    private readonly bool _deepSeek;
    private int _turn;
    private int _over;
    private bool _usageSent;

    public ChatEvents(ChatAnswer answer)
    {
        _answer = answer;
        _deepSeek = answer.Head.Flavour == SandboxFlavour.DeepSeek;
        _cursors = new Cursor[answer.Choices.Count];
        using var to = new PooledBytes();
        to.Raw("data: {\"id\":"u8);
        to.Text(answer.Head.Id);
        to.Raw(",\"object\":\"chat.completion.chunk\",\"created\":"u8);
        to.Number(answer.Head.Created);
        to.Raw(",\"model\":"u8);
        to.Text(answer.Head.Model);
        if (!_deepSeek) to.Raw(",\"service_tier\":\"default\""u8);
        to.Raw(",\"system_fingerprint\":"u8);
        to.Text(AnswerHead.Fingerprint);
        to.Raw(",\"choices\":["u8);
        _opening = to.Written.ToArray();
    }

    public override bool WriteNext(PooledBytes to)
    {
        if (_over < _cursors.Length)
        {
            while (_cursors[_turn].Phase == Phase.Over) _turn = (_turn + 1) % _cursors.Length;
            var index = _turn;
            _turn = (_turn + 1) % _cursors.Length;
            Choice(to, index, ref _cursors[index]);
            return true;
        }

        if (!_deepSeek && _answer is { IncludeUsage: true, Usage: { } usage } && !_usageSent)
        {
            _usageSent = true;
            to.Raw(_opening);
            to.Raw("],\"usage\":"u8);
            UsageJson.Write(to, _answer.Head.Flavour, usage);
            to.Raw("}"u8);
            to.Raw(EventEnd);
            return true;
        }

        WriteDone(to);
        return false;
    }

    private void Choice(PooledBytes to, int index, ref Cursor cursor)
    {
        var choice = _answer.Choices[index];
        to.Raw(_opening);
        to.Raw("{\"index\":"u8);
        to.Number(index);
        to.Raw(",\"delta\":{"u8);
        Delta(to, choice, ref cursor, out var finished);
        to.Raw("},\"logprobs\":null,\"finish_reason\":"u8);
        to.TextOrNull(finished ? choice.FinishReason : null);
        to.Raw("}]"u8);
        if (finished && _deepSeek && _answer.Usage is { } usage)
        {
            to.Raw(",\"usage\":"u8);
            UsageJson.Write(to, _answer.Head.Flavour, usage);
        }
        else if (_answer is { IncludeUsage: true, Usage: not null })
        {
            to.Raw(",\"usage\":null"u8);
        }

        to.Raw("}"u8);
        to.Raw(EventEnd);
    }

    private void Delta(PooledBytes to, ChatChoice choice, ref Cursor cursor, out bool finished)
    {
        finished = false;
        switch (cursor.Phase)
        {
            case Phase.Role:
                to.Raw("\"role\":\"assistant\",\"content\":"u8);
                to.Raw(_answer.Thinks || choice.CallsTools && !_deepSeek ? "null"u8 : "\"\""u8);
                if (_answer.Thinks) to.Raw(",\"reasoning_content\":\"\""u8);
                if (!_deepSeek) to.Raw(",\"refusal\":null"u8);
                break;
            case Phase.Reasoning:
                to.Raw("\"content\":null,\"reasoning_content\":\""u8);
                Piece(to, choice.Reasoning, ref cursor);
                to.Raw("\""u8);
                break;
            case Phase.Text:
                to.Raw("\"content\":\""u8);
                Piece(to, choice.Content, ref cursor);
                to.Raw(_answer.Thinks ? "\",\"reasoning_content\":null"u8 : "\""u8);
                break;
            case Phase.Call:
                Call(to, choice.Calls[cursor.Call], ref cursor);
                break;
            default:
                finished = true;
                if (_deepSeek) to.Raw(_answer.Thinks ? "\"content\":\"\",\"reasoning_content\":null"u8 : "\"content\":\"\""u8);
                break;
        }

        Advance(choice, ref cursor);
        if (cursor.Phase == Phase.Over) _over++;
    }

    private static void Piece(PooledBytes to, SandboxText text, ref Cursor cursor)
    {
        var length = text.PieceAt(cursor.Position);
        text.WriteTo(to, cursor.Position, length);
        cursor.Position += length;
    }

    private static void Call(PooledBytes to, ToolCall call, ref Cursor cursor)
    {
        to.Raw("\"tool_calls\":[{\"index\":"u8);
        to.Number(cursor.Call);
        if (!cursor.CallOpened)
        {
            cursor.CallOpened = true;
            to.Raw(",\"id\":"u8);
            to.Text(call.Id);
            to.Raw(",\"type\":\"function\",\"function\":{\"name\":"u8);
            to.Text(call.Name);
            to.Raw(",\"arguments\":\"\"}}]"u8);
            return;
        }

        var length = TextPieces.First(call.Arguments.AsSpan(cursor.Position));
        to.Raw(",\"function\":{\"arguments\":"u8);
        to.Text(call.Arguments.AsSpan(cursor.Position, length));
        to.Raw("}}]"u8);
        cursor.Position += length;
    }

    /// <summary>To the next thing there is to say.</summary>
    private static void Advance(ChatChoice choice, ref Cursor cursor)
    {
        switch (cursor.Phase)
        {
            case Phase.Role:
                Enter(ref cursor, Phase.Reasoning);
                goto case Phase.Reasoning;
            case Phase.Reasoning:
                if (cursor.Position < choice.Reasoning.Length) return;
                Enter(ref cursor, Phase.Text);
                goto case Phase.Text;
            case Phase.Text:
                if (cursor.Position < choice.Content.Length) return;
                Enter(ref cursor, choice.CallsTools ? Phase.Call : Phase.Finish);
                return;
            case Phase.Call:
                if (cursor.Position < choice.Calls[cursor.Call].Arguments.Length) return;
                cursor.Call++;
                cursor.CallOpened = false;
                Enter(ref cursor, cursor.Call < choice.Calls.Count ? Phase.Call : Phase.Finish);
                return;
            default:
                cursor.Phase = Phase.Over;
                return;
        }
    }

    private static void Enter(ref Cursor cursor, Phase phase)
    {
        cursor.Phase = phase;
        cursor.Position = 0;
    }
}
