using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text.Json.Nodes;
using System.Web;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Sandbox;

namespace Sluice.Gateway.Tests.Sandbox;

public class ImageTests
{
    private readonly SandboxHarness _sandbox = new();
    private readonly SandboxImages _images;

    public ImageTests() => _images = new SandboxImages(_sandbox.Options, _sandbox.Time);

    private async Task<JsonNode> DrawAsync(string members, string prompt = "A teal boat")
    {
        var answer = await _sandbox.SendAsync("/images/generations", $"{{\"prompt\":\"{prompt}\"{members}}}");
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Json;
    }

    private static (string Id, string? Expires, string? Sig) Link(string url)
    {
        var uri = new Uri(url);
        var query = HttpUtility.ParseQueryString(uri.Query);
        return (Path.GetFileNameWithoutExtension(uri.AbsolutePath), query["expires"], query["sig"]);
    }

    /// <summary>Width and height of a PNG whose every chunk and pixel row is sound.</summary>
    private static (int Width, int Height) Check(ReadOnlySpan<byte> png)
    {
        png[..8].ToArray().ShouldBe([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        png = png[8..];
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(png[8..]), BinaryPrimitives.ReadInt32BigEndian(png[12..]));
        var types = new List<string>();
        byte[] pixels = [];
        while (!png.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png);
            types.Add(System.Text.Encoding.ASCII.GetString(png.Slice(4, 4)));
            if (types[^1] == "IDAT") pixels = png.Slice(8, length).ToArray();
            Crc32.HashToUInt32(png.Slice(4, 4 + length)).ShouldBe(BinaryPrimitives.ReadUInt32BigEndian(png[(8 + length)..]));
            png = png[(12 + length)..];
        }

        types.ShouldBe(["IHDR", "PLTE", "IDAT", "IEND"]);
        using var raw = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(pixels), CompressionMode.Decompress)) zlib.CopyTo(raw);
        raw.Length.ShouldBe((width + 1L) * height);
        return (width, height);
    }

    [Fact]
    public async Task A_gpt_image_comes_as_base64_with_usage()
    {
        var answer = await DrawAsync(",\"model\":\"gpt-image-1\"");

        answer.AsObject().Select(m => m.Key).ShouldBe(["created", "background", "output_format", "quality", "size", "data", "usage"]);
        Check(Convert.FromBase64String((string)answer["data"]![0]!["b64_json"]!)).ShouldBe((1024, 1024));
        ((int)answer["usage"]!["input_tokens"]!).ShouldBe(TokenCounter.Count("A teal boat"));
        ((int)answer["usage"]!["total_tokens"]!).ShouldBe((int)answer["usage"]!["input_tokens"]! + (int)answer["usage"]!["output_tokens"]!);
    }

    [Fact]
    public async Task A_gpt_image_comes_as_a_link_where_asked_for()
        => ((string)(await DrawAsync(",\"model\":\"gpt-image-1\",\"response_format\":\"url\""))["data"]![0]!["url"]!).ShouldStartWith("http://gateway.test:5080/sandbox/images/img_");

    [Theory]
    [InlineData("dall-e-2", "256x256", 256, 256)]
    [InlineData("dall-e-3", "1792x1024", 1792, 1024)]
    [InlineData("my-image-model", "64x48", 64, 48)]
    public async Task A_link_leads_to_a_picture_of_the_size_asked_for(string model, string size, int width, int height)
    {
        var answer = await DrawAsync($",\"model\":\"{model}\",\"size\":\"{size}\"");
        var (id, expires, sig) = Link((string)answer["data"]![0]!["url"]!);

        _images.TryRender(id, expires, sig, out var png, out _).ShouldBeTrue();
        Check(png.Span).ShouldBe((width, height));
        answer["usage"].ShouldBeNull();
    }

    [Fact]
    public async Task DallE3_says_how_it_read_the_prompt()
        => ((string)(await DrawAsync(",\"model\":\"dall-e-3\""))["data"]![0]!["revised_prompt"]!).ShouldContain("A teal boat");

    [Fact]
    public async Task A_link_and_base64_are_the_same_picture()
    {
        var url = (string)(await DrawAsync(",\"model\":\"dall-e-2\",\"size\":\"256x256\",\"response_format\":\"url\""))["data"]![0]!["url"]!;
        var (id, expires, sig) = Link(url);
        _images.TryRender(id, expires, sig, out var first, out _).ShouldBeTrue();
        _images.TryRender(id, expires, sig, out var second, out _).ShouldBeTrue();

        second.ToArray().ShouldBe(first.ToArray());
    }

    [Fact]
    public async Task Another_prompt_is_another_picture()
    {
        var one = (string)(await DrawAsync(",\"model\":\"dall-e-2\",\"size\":\"256x256\",\"response_format\":\"b64_json\""))["data"]![0]!["b64_json"]!;
        var other = (string)(await DrawAsync(",\"model\":\"dall-e-2\",\"size\":\"256x256\",\"response_format\":\"b64_json\"", "A red boat"))["data"]![0]!["b64_json"]!;

        other.ShouldNotBe(one);
    }

    [Fact]
    public async Task Several_pictures_differ()
        => (await DrawAsync(",\"model\":\"dall-e-2\",\"n\":3"))["data"]!.AsArray().Select(d => (string)d!["url"]!).Distinct().Count().ShouldBe(3);

    [Fact]
    public async Task A_link_is_good_for_an_hour()
    {
        var (id, expires, sig) = Link((string)(await DrawAsync(",\"model\":\"dall-e-2\",\"size\":\"256x256\""))["data"]![0]!["url"]!);
        _sandbox.Time.Advance(TimeSpan.FromMinutes(60));
        _images.TryRender(id, expires, sig, out _, out _).ShouldBeTrue();
        _sandbox.Time.Advance(TimeSpan.FromSeconds(1));

        _images.TryRender(id, expires, sig, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain("expired");
    }

    [Fact]
    public async Task A_link_that_was_changed_in_any_part_is_refused()
    {
        var (id, expires, sig) = Link((string)(await DrawAsync(",\"model\":\"dall-e-2\""))["data"]![0]!["url"]!);
        var later = (long.Parse(expires!, System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);

        foreach (var (i, e, s) in new[] { (id.Replace("1024", "2048", StringComparison.Ordinal), expires, sig), (id, later, sig), (id, expires, sig![..^1]), (id, expires, ""), (id, "x", sig), (id, null, null), ("../../etc/passwd", expires, sig) })
        {
            _images.TryRender(i, e, s, out var png, out var problem).ShouldBeFalse();
            png.IsEmpty.ShouldBeTrue();
            problem.ShouldNotBeEmpty();
        }
    }

    [Theory]
    [InlineData(",\"model\":\"gpt-image-1\",\"size\":\"256x256\"", "size")]
    [InlineData(",\"model\":\"other\",\"size\":\"4096x4096\"", "size")]
    [InlineData(",\"model\":\"dall-e-3\",\"n\":2", "n")]
    [InlineData(",\"model\":\"dall-e-2\",\"n\":11", "n")]
    [InlineData(",\"model\":\"gpt-image-1\",\"quality\":\"superb\"", "quality")]
    [InlineData(",\"model\":\"gpt-image-1\",\"output_format\":\"webp\"", "output_format")]
    [InlineData(",\"model\":\"gpt-image-1\",\"stream\":true", "stream")]
    [InlineData(",\"model\":\"dall-e-2\",\"response_format\":\"tiff\"", "response_format")]
    public async Task A_bad_image_request_is_refused_and_names_the_parameter(string members, string param)
        => ((string)(await _sandbox.RefusedAsync(400, $"{{\"prompt\":\"x\"{members}}}", "/images/generations"))["param"]!).ShouldBe(param);

    [Fact]
    public async Task A_prompt_is_required_and_has_a_limit()
    {
        await _sandbox.RefusedAsync(400, "{\"model\":\"dall-e-2\"}", "/images/generations");
        await _sandbox.RefusedAsync(400, $"{{\"model\":\"dall-e-2\",\"prompt\":\"{new string('x', 1001)}\"}}", "/images/generations");
    }
}
