using System.Text;
using Sluice.Gateway.Streaming;

namespace Sluice.Gateway.Tests.Streaming;

public class SseSplitterTests
{
    private static readonly string[] Streams =
    [
        "data: {\"a\":1}\n\ndata: [DONE]\n\n",
        "data: {\"a\":1}\r\n\r\ndata: [DONE]\r\n\r\n",
        "data: {\"a\":1}\r\rdata: [DONE]\r\r",
        ": comment\n\nevent: x\nid: 7\ndata:{\"é\":\"日本\"}\n\n\n\ndata: two\ndata: lines\n\n",
        "data\n\ndata:\n\nretry: 5\n\n: only\r\n\r\ndata: x\n\r\ndata: y\r\n\n",
    ];

    public static TheoryData<string> All => [.. Streams];

    private static List<string> Events(byte[] bytes, int split)
    {
        // What a relay does: feed the first part, take what is complete, keep the rest, feed the second.
        var events = new List<string>();
        var buffer = new List<byte>();
        var searched = 0;
        foreach (var part in new[] { bytes[..split], bytes[split..] })
        {
            buffer.AddRange(part);
            while (true)
            {
                var span = buffer.ToArray();
                var length = SseSplitter.NextEvent(span, ref searched);
                if (length == 0) break;
                searched = 0;
                var sse = span.AsSpan(0, length);
                if (SseSplitter.TryGetData(sse, out var start, out var size, out var joined)) events.Add(Encoding.UTF8.GetString(joined ?? sse.Slice(start, size)));
                buffer.RemoveRange(0, length);
            }
        }

        buffer.ShouldBeEmpty();
        return events;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_stream_split_anywhere_gives_the_same_events(string stream)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        var whole = Events(bytes, bytes.Length);
        whole.ShouldNotBeEmpty();
        for (var split = 0; split <= bytes.Length; split++) Events(bytes, split).ShouldBe(whole, $"split at {split}");
    }

    [Fact]
    public void Data_of_several_lines_is_joined_with_line_feeds()
        => Events("data: two\ndata: lines\n\n"u8.ToArray(), 0).ShouldBe(["two\nlines"]);
}
