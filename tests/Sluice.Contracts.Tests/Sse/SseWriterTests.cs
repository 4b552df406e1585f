using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using Sluice.Contracts.Chat;
using Sluice.Contracts.Json;
using Sluice.Contracts.Sse;

namespace Sluice.Contracts.Tests.Sse;

public class SseWriterTests
{
    private static string Written(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    [Fact]
    public void Data_is_one_line_and_a_blank_one() => Written(output => SseWriter.WriteData(output, "{}"u8)).ShouldBe("data: {}\n\n");

    [Fact]
    public void The_end_marker_is_exactly_what_libraries_look_for() => Written(SseWriter.WriteDone).ShouldBe("data: [DONE]\n\n");

    [Fact]
    public void A_name_and_an_id_come_before_the_data()
        => Written(output => SseWriter.WriteEvent(output, "ping"u8, "x"u8, "7"u8)).ShouldBe("event: ping\nid: 7\ndata: x\n\n");

    [Fact]
    public void A_comment_is_passed_over()
    {
        var output = new ArrayBufferWriter<byte>();
        SseWriter.WriteComment(output, "keep-alive"u8);
        SseWriter.WriteComment(output, "data: x\ndata: y"u8);

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldStartWith(Encoding.UTF8.GetString(SseWriter.KeepAlive));
        var count = 0;
        foreach (var _ in new SseReader().Feed(output.WrittenSpan)) count++;
        count.ShouldBe(0);
    }

    [Theory]
    [InlineData("a\nb", "")]
    [InlineData("a\rb", "")]
    [InlineData("a", "1\n2")]
    [InlineData("a", "1\r2")]
    [InlineData("a", "1\02")]
    public void A_name_or_id_that_would_break_out_of_its_line_is_refused(string name, string id)
        => Should.Throw<ArgumentException>(() => SseWriter.WriteEvent(new ArrayBufferWriter<byte>(), Encoding.UTF8.GetBytes(name), "x"u8, Encoding.UTF8.GetBytes(id)));

    [Fact]
    public void Whatever_is_written_is_read_again_with_its_line_ends_made_line_feeds()
        => Gen.OneOf("a", " ", ":", "\n", "\r", "\r\n", "data: ", "中").Array[0, 20].Select(string.Concat).Sample(text =>
        {
            var output = new ArrayBufferWriter<byte>();
            SseWriter.WriteEvent(output, "n"u8, Encoding.UTF8.GetBytes(text), "1"u8);
            var read = new List<string>();
            foreach (var frame in new SseReader().Feed(output.WrittenSpan)) read.Add(Encoding.UTF8.GetString(frame.Data));
            return read.SequenceEqual([text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')]);
        });

    [Fact]
    public void Records_are_written_one_after_another_with_one_writer()
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        SseWriter.WriteJson(output, json, new ChatDelta { Content = "a\nb" }, SluiceJson.Default.ChatDelta);
        SseWriter.WriteJson(output, json, new ChatDelta { Content = "c" }, SluiceJson.Default.ChatDelta);

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("data: {\"content\":\"a\\nb\"}\n\ndata: {\"content\":\"c\"}\n\n");
    }
}
