using System.Text;
using CsCheck;
using Sluice.Contracts.Sse;

namespace Sluice.Contracts.Tests.Sse;

public class SseReaderTests
{
    private static readonly Encoding Bytes = Encoding.Latin1;

    public static TheoryData<string> Streams() => SampleFiles.Streams();

    private static void Read(SseReader reader, ReadOnlySpan<byte> piece, List<SpecificationReader.Event> events)
    {
        foreach (var frame in reader.Feed(piece))
            events.Add(new(Bytes.GetString(frame.Name), Bytes.GetString(frame.Data), Bytes.GetString(frame.LastEventId)));
    }

    private static List<SpecificationReader.Event> Read(string stream, params int[] splits)
    {
        var (reader, events, at, bytes) = (new SseReader(), new List<SpecificationReader.Event>(), 0, Bytes.GetBytes(stream));
        foreach (var split in splits)
        {
            Read(reader, bytes.AsSpan(at, split - at), events);
            at = split;
        }

        Read(reader, bytes.AsSpan(at), events);
        return events;
    }

    [Theory, MemberData(nameof(Streams))]
    public void Every_stream_reads_the_same_wherever_it_is_split(string name)
    {
        foreach (var lineEnd in new[] { "\n", "\r\n", "\r" })
        {
            var stream = Bytes.GetString(SampleFiles.Bytes(name)).Replace("\n", lineEnd, StringComparison.Ordinal);
            var expected = SpecificationReader.Read(stream);
            expected.ShouldNotBeEmpty();
            for (var split = 0; split <= stream.Length; split++)
                if (!Read(stream, split).SequenceEqual(expected)) Assert.Fail($"Split at byte {split} with line ends {lineEnd.Length}.");
        }
    }

    [Theory, MemberData(nameof(Streams))]
    public void Every_stream_reads_the_same_byte_by_byte(string name)
    {
        var stream = Bytes.GetString(SampleFiles.Bytes(name));

        Read(stream, [.. Enumerable.Range(0, stream.Length)]).ShouldBe(SpecificationReader.Read(stream));
    }

    [Fact]
    public void Any_text_in_any_pieces_reads_as_the_specification_says()
    {
        var word = Gen.OneOf("\n", "\n", "\r", "\r\n", "\n\n", ":", " ", "data", "data:", "data: ", "event:", "event: ping", "id:", "id: 7", "id: \0", "retry: 10", ": comment", "x", "é", "\u00EF\u00BB\u00BF", "\u00EF", "[DONE]", "other: y");
        var sample =
            from words in word.Array[0, 40]
            let stream = string.Concat(words)
            from splits in Gen.Int[0, stream.Length].Array[0, 6]
            select (stream, splits: splits.Order().ToArray());

        sample.Sample(s => Read(s.stream, s.splits).SequenceEqual(SpecificationReader.Read(s.stream)), iter: 20_000);
    }

    [Fact]
    public void What_is_left_at_the_end_is_the_same_wherever_the_stream_is_split()
    {
        var bytes = Bytes.GetBytes("event: a\r\ndata: one\r\n\r\nid: 4\ndata: two\ndata: thr");
        for (var split = 0; split <= bytes.Length; split++)
        {
            var reader = new SseReader();
            Read(reader, bytes.AsSpan(0, split), []);
            Read(reader, bytes.AsSpan(split), []);

            reader.HasIncompleteEvent.ShouldBeTrue();
            reader.TryTakeIncomplete(out var cut).ShouldBeTrue();
            Bytes.GetString(cut.Data).ShouldBe("two\nthr");
            Bytes.GetString(cut.LastEventId).ShouldBe("4");
            cut.Name.Length.ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("data: x\n\n")]
    [InlineData("data: x\r\n\r")]
    [InlineData("data: x\n\n: keep-al")]
    [InlineData("")]
    [InlineData("\u00EF\u00BB\u00BF")]
    [InlineData("event: lonely\n\n")]
    public void A_stream_that_ends_between_events_is_not_cut(string stream)
    {
        var reader = new SseReader();
        Read(reader, Bytes.GetBytes(stream), []);

        reader.HasIncompleteEvent.ShouldBeFalse();
        reader.TryTakeIncomplete(out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("data: x\n", "x")]
    [InlineData("data: x", "x")]
    [InlineData("dat", "")]
    [InlineData("\u00EF\u00BB", "")]
    [InlineData("data: a\n\nevent: b\n", "")]
    public void A_stream_that_ends_inside_an_event_is_cut(string stream, string data)
    {
        var reader = new SseReader();
        Read(reader, Bytes.GetBytes(stream), []);

        reader.TryTakeIncomplete(out var cut).ShouldBeTrue();
        Bytes.GetString(cut.Data).ShouldBe(data);
        reader.TryTakeIncomplete(out _).ShouldBeFalse();
    }

    // The examples of the specification, section "Interpreting an event stream".
    [Fact]
    public void Data_of_several_lines_is_joined_by_a_line_feed()
        => Read("data: YHOO\ndata: +2\ndata: 10\n\n").ShouldBe([new("", "YHOO\n+2\n10", "")]);

    [Fact]
    public void Data_without_a_value_is_empty_and_an_event_without_its_blank_line_is_not_given()
        => Read("data\n\ndata\ndata\n\ndata:").ShouldBe([new("", "", ""), new("", "\n", "")]);

    [Fact]
    public void One_space_after_the_colon_is_optional() => Read("data:test\n\ndata: test\n\ndata:  test\n\n").Select(e => e.Data).ShouldBe(["test", "test", " test"]);

    [Fact]
    public void An_id_lasts_until_another_one_comes()
        => Read(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n")
            .ShouldBe([new("", "first event", "1"), new("", "second event", ""), new("", " third event", "")]);

    [Fact]
    public void A_name_belongs_to_one_event() => Read("event: a\ndata: 1\n\ndata: 2\n\n").Select(e => e.Name).ShouldBe(["a", ""]);

    [Theory]
    [InlineData("retry: 1500\n", 1500L)]
    [InlineData("retry: 0\n", 0L)]
    [InlineData("retry: 1.5\n", null)]
    [InlineData("retry: -1\n", null)]
    [InlineData("retry:\n", null)]
    [InlineData("retry: 99999999999999999999\n", null)]
    [InlineData("retry: 9223372036854775807\n", null)]
    public void The_time_to_wait_is_read_if_it_is_a_number(string stream, long? milliseconds)
    {
        var reader = new SseReader();
        Read(reader, Bytes.GetBytes(stream), []);

        reader.Retry?.TotalMilliseconds.ShouldBe(milliseconds!.Value);
        reader.Retry.HasValue.ShouldBe(milliseconds.HasValue);
    }

    [Fact]
    public void The_end_marker_is_recognised()
    {
        var done = new List<bool>();
        foreach (var frame in new SseReader().Feed("data: {}\n\ndata: [DONE]\n\n"u8)) done.Add(frame.IsDone);

        done.ShouldBe([false, true]);
    }

    [Fact]
    public void An_event_of_exactly_the_limit_is_read_and_one_byte_more_is_not_wherever_it_is_split()
    {
        foreach (var (stream, fits) in new[] { (": comment does not count\ndata: 12\ndata: 3456\n\n", true), ("data: 12\ndata: 34567\n\n", false), ("data: 1234567890123", false) })
        {
            var bytes = Bytes.GetBytes("data: first\n\n" + stream);
            for (var split = 0; split <= bytes.Length; split++)
            {
                var reader = new SseReader(maxEventBytes: 18);
                var events = new List<SpecificationReader.Event>();
                SseEventTooLargeException? thrown = null;
                try
                {
                    Read(reader, bytes.AsSpan(0, split), events);
                    Read(reader, bytes.AsSpan(split), events);
                }
                catch (SseEventTooLargeException e)
                {
                    thrown = e;
                }

                events.Count.ShouldBe(fits ? 2 : 1);
                (thrown is null).ShouldBe(fits);
                if (fits) continue;
                thrown!.MaxEventBytes.ShouldBe(18);
                Should.Throw<SseEventTooLargeException>(() => Read(reader, "data: next\n\n"u8, []));
            }
        }
    }

    [Fact]
    public void A_comment_without_end_takes_no_memory()
    {
        var reader = new SseReader(maxEventBytes: 64);
        Read(reader, ":"u8, []);
        for (var i = 0; i < 1000; i++) Read(reader, new byte[1024], []);
        var events = new List<SpecificationReader.Event>();
        Read(reader, "\ndata: x\n\n"u8, events);

        events.ShouldBe([new("", "x", "")]);
    }

    [Fact]
    public void The_next_piece_is_refused_until_the_events_of_the_last_are_read()
    {
        var reader = new SseReader();
        foreach (var _ in reader.Feed("data: 1\n\ndata: 2\n\n"u8)) break;

        Should.Throw<InvalidOperationException>(() => Read(reader, "data: 3\n\n"u8, []));
    }

    [Fact]
    public void After_a_reset_another_stream_is_read()
    {
        var reader = new SseReader(maxEventBytes: 32);
        Read(reader, "id: 1\nretry: 5\nevent: a\ndata: cut \r"u8, []);
        reader.Reset();
        var events = new List<SpecificationReader.Event>();
        Read(reader, [0xEF, 0xBB, 0xBF, .. "data: x\n\n"u8], events);

        events.ShouldBe([new("", "x", "")]);
        reader.Retry.ShouldBeNull();
    }

    [Fact]
    public void Reading_allocates_nothing_once_the_buffers_are_there()
    {
        var stream = SampleFiles.Bytes("tools.stream.sse");
        var reader = new SseReader();
        long Pass()
        {
            long total = 0;
            for (var at = 0; at < stream.Length; at += 100)
                foreach (var frame in reader.Feed(stream.AsSpan(at, Math.Min(100, stream.Length - at)))) total += frame.Data.Length;
            return total;
        }

        Pass();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = Pass();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        read.ShouldBeGreaterThan(0);
    }

    [Theory, MemberData(nameof(Streams))]
    public async Task A_stream_of_bytes_is_read_to_its_end(string name)
    {
        var expected = SpecificationReader.Read(Bytes.GetString(SampleFiles.Bytes(name)));
        var actual = new List<SseEvent>();
        await using var stream = new SmallPieces(SampleFiles.Bytes(name));
        await foreach (var one in SseReader.ReadAsync(stream, cancellationToken: TestContext.Current.CancellationToken)) actual.Add(one);

        actual.Where(one => one.IsComplete).Select(one => Bytes.GetString(one.Data.Span)).ShouldBe(expected.Select(one => one.Data));
        actual.Where(one => one.IsComplete).Select(one => one.Name).ShouldBe(expected.Select(one => one.Name is "" ? "message" : one.Name));
        actual.Count(one => !one.IsComplete).ShouldBe(name.Contains("truncated", StringComparison.Ordinal) ? 1 : 0);
    }

    [Fact]
    public async Task Events_before_one_that_is_too_large_are_given()
    {
        var actual = new List<string>();
        await using var stream = new MemoryStream("data: ok\n\ndata: much too large\n\n"u8.ToArray());
        await Should.ThrowAsync<SseEventTooLargeException>(async () =>
        {
            await foreach (var one in SseReader.ReadAsync(stream, maxEventBytes: 10)) actual.Add(one.Text);
        });

        actual.ShouldBe(["ok"]);
    }

    /// <summary>Gives at most seven bytes a read.</summary>
    private sealed class SmallPieces(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(7, buffer.Length)], cancellationToken);
    }
}
