using System.Text;
using Sluice.Gateway.Keys;
using Sluice.Server.Secrets;

namespace Sluice.Server.Tests.Secrets;

public sealed class SecretSealerTests : IDisposable
{
    private static readonly Uri Origin = new("https://api.deepseek.com/v1");
    private readonly KeyFolder _keys = new();
    private readonly SecretSealer _sealer;

    public SecretSealerTests() => _sealer = new SecretSealer(_keys.Load());

    public void Dispose() => _keys.Dispose();

    private byte[] Seal(string secret = "sk-upstream-secret") => _sealer.Seal(new PlainSecret(secret), "ups_1", "api_key", Origin);

    private bool Opens(byte[] box, string record = "ups_1", string field = "api_key", string origin = "https://api.deepseek.com/v1") =>
        _sealer.TryOpen(box, record, field, new Uri(origin), out _);

    [Theory]
    [InlineData("")]
    [InlineData("sk-upstream-secret")]
    [InlineData("密钥 é")]
    public void What_was_sealed_opens(string secret)
    {
        _sealer.TryOpen(Seal(secret), "ups_1", "api_key", Origin, out var opened).ShouldBeTrue();
        opened!.Reveal().ShouldBe(secret);
    }

    [Fact]
    public void One_flipped_bit_anywhere_does_not_open()
    {
        var box = Seal();
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            box[bit / 8] ^= (byte)(1 << (bit % 8));
            Opens(box).ShouldBeFalse($"bit {bit}");
            box[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Opens(box).ShouldBeTrue();
    }

    [Fact]
    public void A_box_cut_short_or_lengthened_does_not_open()
    {
        var box = Seal();
        for (var length = 0; length < box.Length; length++) Opens(box[..length]).ShouldBeFalse();
        Opens([.. box, 0]).ShouldBeFalse();
        Opens(new byte[100_000]).ShouldBeFalse();
    }

    [Fact]
    public void A_box_moved_to_another_row_does_not_open() => Opens(Seal(), record: "ups_2").ShouldBeFalse();

    [Fact]
    public void A_box_moved_to_another_field_does_not_open() => Opens(Seal(), field: "webhook_secret").ShouldBeFalse();

    [Theory]
    [InlineData("https://evil.example/v1")]
    [InlineData("http://api.deepseek.com/v1")]
    [InlineData("https://api.deepseek.com:8443/v1")]
    [InlineData("https://api.deepseek.com.evil.example/v1")]
    [InlineData("https://api.deepseek.com@evil.example/v1")]
    public void A_box_beside_a_changed_url_does_not_open(string url) => Opens(Seal(), origin: url).ShouldBeFalse();

    [Theory]
    [InlineData("https://api.deepseek.com/beta")]
    [InlineData("https://API.DeepSeek.com:443/v1")]
    public void The_same_origin_written_otherwise_opens(string url) => Opens(Seal(), origin: url).ShouldBeTrue();

    [Fact]
    public void Parts_cannot_be_shifted_into_each_other()
    {
        var box = _sealer.Seal(new PlainSecret("s"), "ups_1", "api_key", Origin);
        Opens(box, record: "ups_1a", field: "pi_key").ShouldBeFalse();
    }

    [Fact]
    public void The_same_secret_is_never_sealed_alike_and_never_shows()
    {
        var (one, two) = (Seal(), Seal());
        one.ShouldNotBe(two);
        one.AsSpan().IndexOf(Encoding.UTF8.GetBytes("upstream")).ShouldBe(-1);
    }

    [Fact]
    public void Another_master_key_does_not_open_it()
    {
        using var others = new KeyFolder();
        new SecretSealer(others.Load()).TryOpen(Seal(), "ups_1", "api_key", Origin, out _).ShouldBeFalse();
    }

    [Fact]
    public void After_a_rotation_old_boxes_open_and_new_ones_use_the_new_key()
    {
        var old = Seal();
        File.Copy(_keys.File("audit-1.key"), _keys.File("master-2.key"));
        var rotated = new SecretSealer(_keys.Load());
        rotated.TryOpen(old, "ups_1", "api_key", Origin, out _).ShouldBeTrue();
        Opens(rotated.Seal(new PlainSecret("s"), "ups_1", "api_key", Origin)).ShouldBeFalse();
    }

    [Fact]
    public void A_secret_too_long_is_refused_and_not_repeated() =>
        Should.Throw<ArgumentException>(() => Seal(new string('x', 8193))).Message.ShouldNotContain("xx");
}
