using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// Sentences that go round for ever, so that an answer of any length is a position in them and needs no memory of its own. Each begins
/// with a space before a word, which is where the tokenizer begins anew: tokens of sentences add up.
/// </summary>
internal sealed class SentenceRing
{
    public static readonly SentenceRing English = new(
        " Everything else about this answer is real: it passed the same stages, limits and books as any other call.",
        " The words come at a steady pace, so a client can be seen handling a stream.",
        " The same request always gets the same answer.",
        " Token counts are taken with a real tokenizer and add up.",
        " Nothing left this machine, and nothing was charged.",
        " To get answers from a real model, configure an upstream and give it a key.",
        " The header x-sluice-sandbox asks for faults: a status, a delay, a stream that breaks off.",
        " A client that copes with those will cope with most of what happens in production.",
        " Tools, JSON mode, embeddings and images work here as well.",
        " An answer can be cut short with max_tokens or with a stop string.",
        " The finish reason then says which of the two it was.",
        " What you build against this stand-in needs no change when a real model takes its place.",
        " If a number in this reply surprises you, compare it with the usage block.",
        " Errors here have the same shape as those of the vendor whose model was named.",
        " Latency, by contrast, says nothing about any vendor.",
        " A good first test is to leave in the middle of a stream and look at the record of the call.");

    public static readonly SentenceRing Chinese = new(
        " 除了内容之外，这次调用的一切都是真实的：它经过了同样的处理步骤、限额和账目。",
        " 文字会以稳定的速度逐步返回，方便您测试流式输出。",
        " 相同的请求总会得到相同的回答。",
        " 用量由真实的分词器统计，各项数字可以相互核对。",
        " 没有任何数据离开这台机器，也没有产生费用。",
        " 如果想得到真实模型的回答，请配置上游服务并填写密钥。",
        " 请求头 x-sluice-sandbox 可以模拟各种故障，例如错误状态、延迟和中断的流。",
        " 能够处理这些情况的客户端，也能应对生产环境中的大多数问题。",
        " 工具调用、结构化输出、向量和图片在这里同样可用。",
        " 可以用 max_tokens 或停止词提前结束回答。",
        " 换成真实模型时，您的程序不需要任何改动。",
        " 这里的响应时间不代表任何厂商的真实水平。");

    public static readonly SentenceRing EnglishThoughts = new(
        " No model is behind this name, so there is nothing to look up.",
        " The honest reply says so and repeats what was asked.",
        " It should be long enough to show how a stream behaves.",
        " It should stay the same for the same request.",
        " The counts must match the text, including this part.",
        " A few plain sentences will do.");

    public static readonly SentenceRing ChineseThoughts = new(
        " 这个名字背后没有真实的模型，所以没有什么可以查询。",
        " 应当如实说明，并复述用户的问题。",
        " 回答要足够长，才能看出流式输出的效果。",
        " 同样的请求要得到同样的结果。",
        " 用几句简单的话就够了。");

    private readonly string _text;
    private readonly int[] _starts;
    private readonly Lazy<int[]> _tokens;

    private SentenceRing(params string[] sentences)
    {
        _text = string.Concat(sentences);
        _starts = new int[sentences.Length + 1];
        for (var i = 0; i < sentences.Length; i++) _starts[i + 1] = _starts[i] + sentences[i].Length;
        _tokens = new(() => [.. sentences.Select(s => TokenCounter.Count(s))]);
    }

    public int Count => _starts.Length - 1;

    /// <summary>Where sentence <paramref name="index"/> (any number, it goes round) begins in the ring.</summary>
    public int StartOf(int index) => _starts[index % Count];

    public ReadOnlySpan<char> this[int index] => _text.AsSpan(_starts[index % Count].._starts[index % Count + 1]);

    public int TokensOf(int index) => _tokens.Value[index % Count];

    /// <summary>Fills <paramref name="destination"/> with what stands <paramref name="offset"/> characters after the place <paramref name="start"/>.</summary>
    public void CopyTo(Span<char> destination, int start, int offset)
    {
        var at = (int)(((long)start + offset) % _text.Length);
        while (!destination.IsEmpty)
        {
            var part = Math.Min(destination.Length, _text.Length - at);
            _text.AsSpan(at, part).CopyTo(destination);
            destination = destination[part..];
            at = 0;
        }
    }
}
