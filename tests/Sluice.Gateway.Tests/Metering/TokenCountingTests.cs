using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Tests.Metering;

public class TokenCountingTests
{
    private const string English = "The gateway counts what goes by, because an upstream that breaks off reports nothing. Nobody (not even the operator) should have to guess what a call cost; it's measured in tokens.";
    private const string Chinese = "网关会统计经过它的每一个词元，因为中途断开的上游不会报告用量。今天天气怎么样？请用三句话介绍一下杭州的西湖，并说明最佳的游览季节。";
    private const string Code = "public static int Sum(int[] values)\n{\n    var total = 0;\n    for (var i = 0; i < values.Length; i++)\n    {\n        total += values[i]; // add\n    }\n\n    return total;\n}\n";

    // Until the vocabulary is there, estimates are guesses on purpose.
    public TokenCountingTests() => TokenCounter.Count("load");

    [Theory]
    [InlineData("", 0)]
    [InlineData("hello world", 2)]
    [InlineData("Hello, world!", 4)]
    [InlineData("tokenization", 2)]
    public void Counts_are_those_of_o200k_base(string text, int tokens) => TokenCounter.Count(text).ShouldBe(tokens);

    [Fact]
    public async Task Warming_makes_the_counter_ready()
    {
        await TokenCounter.WarmAsync();

        TokenCounter.IsReady.ShouldBeTrue();
    }

    [Fact]
    public void Counting_long_prose_in_runs_gives_the_count_of_the_whole()
    {
        var one = TokenCounter.Count(English);
        // Each repetition begins with a space, so the whole is the sum of the parts.
        var rest = TokenCounter.Count(" " + English);

        TokenCounter.Count(English + string.Concat(Enumerable.Repeat(" " + English, 200))).ShouldBe(one + 200 * rest);
    }

    [Fact]
    public void A_megabyte_without_a_single_boundary_is_counted_in_linear_work()
        => TokenCounter.Count(new string('a', 1 << 20)).ShouldBeInRange(1 << 16, 1 << 19);

    [Theory]
    [InlineData(English)]
    [InlineData(Chinese)]
    [InlineData(Code)]
    public void An_estimate_from_pieces_is_within_two_per_cent_of_the_whole_text(string sample)
    {
        Gen.Select(Gen.Int[1, 60], Gen.Int[0, 40], Gen.Int[1, 90]).Sample((times, skip, piece) =>
        {
            var text = string.Concat(Enumerable.Repeat(sample + (sample == Code ? "" : " "), times))[skip..];
            var whole = TokenCounter.Count(text);

            Math.Abs(Estimate(Encoding.UTF8.GetBytes(text), piece, escaped: false) - whole).ShouldBeLessThanOrEqualTo(Math.Max(1, whole / 50));
        }, iter: 60);
    }

    [Theory]
    [InlineData(English)]
    [InlineData(Chinese)]
    [InlineData(Code)]
    [InlineData("emoji 🙂 and \"quotes\" and \\ back\u0001slashes / é")]
    public void Escaped_pieces_count_as_what_they_stand_for(string sample)
    {
        foreach (var encoder in new[] { JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        {
            var estimator = new OutputTokenEstimator();
            foreach (var rune in sample.EnumerateRunes())
                estimator.Add(JsonEncodedText.Encode(rune.ToString(), encoder).EncodedUtf8Bytes, escaped: true);

            estimator.Complete().ShouldBe(TokenCounter.Count(sample));
        }
    }

    [Fact]
    public void A_surrogate_pair_split_over_two_escaped_pieces_is_one_character()
    {
        var estimator = new OutputTokenEstimator();
        estimator.Add(@"\ud83d"u8, escaped: true);
        estimator.Add(@"\ude42"u8, escaped: true);

        estimator.Complete().ShouldBe(TokenCounter.Count("🙂"));
    }

    [Fact]
    public void Any_bytes_are_counted_without_an_error()
        => Gen.Select(Gen.Byte.Array[0, 5000], Gen.Int[1, 700], Gen.Bool).Sample((bytes, piece, escaped) => Estimate(bytes, piece, escaped).ShouldBeGreaterThanOrEqualTo(0));

    [Fact]
    public void A_prompt_of_English_is_guessed_at_three_tenths_of_a_token_a_character()
        => PromptTokenEstimate.FromBytes(Encoding.UTF8.GetBytes(new string('x', 1000))).ShouldBe(300);

    [Fact]
    public void A_prompt_of_Chinese_is_guessed_at_six_tenths_of_a_token_a_character()
        => PromptTokenEstimate.FromBytes(Encoding.UTF8.GetBytes(new string('天', 1000))).ShouldBe(600);

    [Fact]
    public void Escaped_Chinese_is_guessed_like_Chinese()
        => PromptTokenEstimate.FromBytes(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(@"\u5929", 1000)))).ShouldBe(600);

    [Fact]
    public void An_inline_image_is_not_guessed_by_its_bytes()
        => PromptTokenEstimate.FromBytes(Encoding.UTF8.GetBytes("{\"url\":\"data:image/png;base64," + new string('A', 4_000_000) + "\"}")).ShouldBeInRange(PromptTokenEstimate.TokensPerInlineImage, PromptTokenEstimate.TokensPerInlineImage + 20);

    [Fact]
    public void The_guess_does_not_depend_on_how_the_bytes_fall_into_vectors()
    {
        Gen.String[0, 300].Sample(text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            long ascii = 0, wide = 0, other = 0;
            foreach (var b in bytes)
            {
                if (b < 0x80) ascii++;
                else if ((b & 0xF0) == 0xE0) wide++;
                else if (b >= 0xC0) other++;
            }

            if (!text.Contains("\\u", StringComparison.Ordinal)) PromptTokenEstimate.FromText(bytes).ShouldBe(bytes.Length == 0 ? 0 : (ascii * 3 + wide * 6 + other * 10 + 9) / 10);
        });
    }

    private static long Estimate(byte[] bytes, int piece, bool escaped)
    {
        var estimator = new OutputTokenEstimator();
        for (var i = 0; i < bytes.Length; i += piece) estimator.Add(bytes.AsSpan(i, Math.Min(piece, bytes.Length - i)), escaped);
        return estimator.Complete();
    }
}
