using System.Text;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams;

public sealed class Http1AnswerTests
{
    public static TheoryData<string> Names => [.. Answers.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_answer_means_the_same_wherever_the_network_cuts_it(string name)
    {
        var answer = Answers.All[name];
        var bytes = Encoding.Latin1.GetBytes(answer.Bytes);
        await using var rig = new AnswerRig();
        Check(answer, await rig.RunAsync(bytes, [], 4096), "whole");
        Check(answer, await rig.RunAsync(bytes, [], 1), "whole, read byte by byte");
        Check(answer, await rig.RunAsync(bytes, [.. Enumerable.Range(1, Math.Max(0, bytes.Length - 1))], 4096), "byte by byte");
        for (var cut = 1; cut < bytes.Length; cut++)
            Check(answer, await rig.RunAsync(bytes, [cut], cut % 2 == 0 ? 4096 : 3), $"cut at {cut}");
    }

    private static void Check(Answer expected, Outcome actual, string how)
    {
        actual.Failure.ShouldBe(expected.Failure, how);
        actual.Status.ShouldBe(expected.Status, how);
        if (expected.Failure == UpstreamFailure.None) actual.Body.ShouldBe(expected.Body, how);
        else expected.Body.ShouldStartWith(actual.Body, Case.Sensitive, how);
        if (expected.Reusable is { } reusable) actual.Reusable.ShouldBe(reusable, how);
    }

    [Theory]
    [InlineData(60_000, UpstreamFailure.None)]
    [InlineData(70_000, UpstreamFailure.TooLarge)]
    [InlineData(1_000_000, UpstreamFailure.TooLarge)]
    public async Task A_head_may_have_64_KiB(int size, UpstreamFailure expected)
    {
        await using var rig = new AnswerRig();
        var bytes = Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nX: {new string('x', size)}\r\nContent-Length: 2\r\n\r\nok");
        (await rig.RunAsync(bytes, [], 4096)).Failure.ShouldBe(expected);
    }

    [Theory]
    [InlineData("2;", "x", "\r\nok\r\n0\r\n\r\n", 4096)]
    [InlineData("2\r\nok\r\n0\r\nX: ", "x", "\r\n\r\n", 8192)]
    [InlineData("2\r\nok\r\n0\r\n", "X: y\r\n", "\r\n", 8192)]
    [InlineData("2", " ", ";x\r\nok\r\n0\r\n\r\n", 4096)]
    public async Task What_is_skipped_in_chunked_framing_is_bounded(string before, string repeated, string after, int bytesMax)
    {
        await using var rig = new AnswerRig();
        async Task<UpstreamFailure> RunAsync(int count)
        {
            var text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + before + string.Concat(Enumerable.Repeat(repeated, count)) + after;
            return (await rig.RunAsync(Encoding.Latin1.GetBytes(text), [], 4096)).Failure;
        }
        (await RunAsync(bytesMax / 8 / repeated.Length)).ShouldBe(UpstreamFailure.None);
        (await RunAsync(bytesMax * 2 / repeated.Length)).ShouldBe(UpstreamFailure.Protocol);
    }

    [Fact]
    public async Task Large_bodies_arrive_whole_in_every_framing()
    {
        await using var rig = new AnswerRig();
        var body = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i},"));
        var chunked = new StringBuilder();
        for (int at = 0, size = 1; at < body.Length; at += size, size = size * 7 % 9001 + 1)
        {
            size = Math.Min(size, body.Length - at);
            chunked.Append($"{size:x}\r\n").Append(body, at, size).Append("\r\n");
        }
        foreach (var framed in new[] { $"Content-Length: {body.Length}\r\n\r\n{body}", $"\r\n{body}", $"Transfer-Encoding: chunked\r\n\r\n{chunked}0\r\n\r\n" })
            foreach (var readSize in new[] { 777, 8192 })
            {
                var outcome = await rig.RunAsync(Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\n" + framed), [], readSize);
                (outcome.Failure, outcome.Body == body).ShouldBe((UpstreamFailure.None, true));
            }
    }

    [Fact]
    public async Task Mutated_answers_end_in_an_answer_or_a_failure_of_ours()
    {
        await using var rig = new AnswerRig();
        var seeds = Answers.All.Values.Select(a => Encoding.Latin1.GetBytes(a.Bytes)).ToArray();
        var dice = new Dice(20261124);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = dice.Mutate(seeds);
            var cuts = Enumerable.Range(0, dice.Next(4)).Select(_ => dice.Next(bytes.Length + 1)).Order().ToArray();
            var outcome = await rig.RunAsync(bytes, cuts, 1 + dice.Next(64));
            (outcome.Status is 0 or >= 200 and <= 599).ShouldBeTrue();
            outcome.Body.Length.ShouldBeLessThanOrEqualTo(bytes.Length);
        }
    }

    /// <summary>A reproducible source of chance, the same on every runtime.</summary>
    private sealed class Dice(uint seed)
    {
        private static readonly string[] Words = ["\r\n", "\n", "\r", "\0", ":", " ", "0\r\n\r\n", "ffffffffffffff", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "HTTP/1.1 100 C\r\n\r\n", ";", "\u00ff"];
        private uint _state = seed;

        public int Next(int below)
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return (int)(_state % (uint)below);
        }

        public byte[] Mutate(byte[][] seeds)
        {
            var bytes = seeds[Next(seeds.Length)].ToList();
            for (var i = Next(4); i >= 0; i--)
            {
                var at = Next(bytes.Count + 1);
                switch (Next(5))
                {
                    case 0 when at < bytes.Count:
                        bytes[at] ^= (byte)(1 << Next(8));
                        break;
                    case 1 when at < bytes.Count:
                        bytes.RemoveRange(at, Math.Min(1 + Next(8), bytes.Count - at));
                        break;
                    case 2:
                        bytes.InsertRange(at, Encoding.Latin1.GetBytes(Words[Next(Words.Length)]));
                        break;
                    case 3 when at < bytes.Count:
                        bytes.InsertRange(at, bytes.GetRange(at, Math.Min(1 + Next(32), bytes.Count - at)));
                        break;
                    case 4:
                        var other = seeds[Next(seeds.Length)];
                        var from = Next(other.Length + 1);
                        bytes = [.. bytes.Take(at), .. other[from..]];
                        break;
                }
            }
            return [.. bytes];
        }
    }
}
