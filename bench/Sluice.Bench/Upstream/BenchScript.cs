using System.Buffers.Text;

namespace Sluice.Bench.Upstream;

/// <summary>
/// What a request asks of the stand-in, written inside the user message so that it passes any gateway unchanged:
/// <c>bench=j1024</c> a JSON answer of that many bytes; <c>bench=s100</c> a stream with a chunk each 100 ms;
/// <c>bench=s100n50</c> the same, ended after 50 chunks; <c>bench=s0</c> a stream that is silent after its first chunk.
/// </summary>
internal readonly record struct BenchScript(bool Stream, int Value, int Chunks)
{
    internal const int IntervalMsMax = 10_000;
    internal const int AnswerBytesMin = 300;
    internal const int AnswerBytesMax = 1_000_000;

    internal static BenchScript Read(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf("bench="u8);
        if (at < 0 || at + 7 > body.Length) return new BenchScript(false, 1024, 0);
        var stream = body[at + 6] == (byte)'s';
        var rest = body[(at + 7)..];
        if (!Utf8Parser.TryParse(rest, out int value, out var used)) value = stream ? 0 : 1024;
        var chunks = used < rest.Length && rest[used] == (byte)'n' && Utf8Parser.TryParse(rest[(used + 1)..], out int limit, out _) ? limit : 0;
        value = stream ? Math.Clamp(value, 0, IntervalMsMax) : Math.Clamp(value, AnswerBytesMin, AnswerBytesMax);
        return new BenchScript(stream, value, chunks);
    }
}
