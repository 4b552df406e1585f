using System.Text;
using Sluice.Gateway.Keys;
using Sluice.Server.Secrets;

namespace Sluice.Server.Tests.Secrets;

/// <summary>Files are sealed as secrets are, and bound to their row, purpose and organisation.</summary>
public sealed class SealedBytesTests : IDisposable
{
    private readonly KeyFolder _keys = new();
    private readonly SecretSealer _sealer;

    public SealedBytesTests() => _sealer = new SecretSealer(_keys.Load());

    public void Dispose() => _keys.Dispose();

    private byte[] Seal(string content = "the licence") => _sealer.SealBytes(Encoding.UTF8.GetBytes(content), "doc_1", "licence", "org_1");

    private bool Opens(ReadOnlySpan<byte> box, string record = "doc_1", string purpose = "licence", string organisation = "org_1") => _sealer.TryOpenBytes(box, record, purpose, organisation, out _);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10 * 1024 * 1024)]
    public void What_was_sealed_opens_whatever_its_size(int length)
    {
        var content = new byte[length];
        new Random(1).NextBytes(content);
        _sealer.TryOpenBytes(_sealer.SealBytes(content, "doc_1", "licence", "org_1"), "doc_1", "licence", "org_1", out var opened).ShouldBeTrue();
        opened.AsSpan().SequenceEqual(content).ShouldBeTrue();
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
        for (var length = 0; length < box.Length; length++) Opens(box.AsSpan(0, length)).ShouldBeFalse();
        Opens((byte[])[.. box, 0]).ShouldBeFalse();
    }

    [Fact]
    public void A_box_moved_to_another_row_purpose_or_organisation_does_not_open()
    {
        Opens(Seal(), record: "doc_2").ShouldBeFalse();
        Opens(Seal(), purpose: "quota").ShouldBeFalse();
        Opens(Seal(), organisation: "org_2").ShouldBeFalse();
        Opens(Seal(), record: "doc_1l", purpose: "icence").ShouldBeFalse();
    }

    [Fact]
    public void A_file_does_not_open_as_a_secret_nor_a_secret_as_a_file()
    {
        var origin = new Uri("https://org_1");
        _sealer.TryOpen(Seal(), "doc_1", "licence", origin, out _).ShouldBeFalse();
        Opens(_sealer.Seal(new PlainSecret("s"), "doc_1", "licence", origin), organisation: "https://org_1:443").ShouldBeFalse();
    }

    [Fact]
    public void The_same_content_is_never_sealed_alike_and_never_shows()
    {
        var (one, two) = (Seal(), Seal());
        one.ShouldNotBe(two);
        one.AsSpan().IndexOf("licence"u8).ShouldBe(-1);
    }

    [Fact]
    public void Another_master_key_does_not_open_it_and_a_rotated_one_does()
    {
        var box = Seal();
        using var others = new KeyFolder();
        new SecretSealer(others.Load()).TryOpenBytes(box, "doc_1", "licence", "org_1", out _).ShouldBeFalse();
        File.Copy(_keys.File("audit-1.key"), _keys.File("master-2.key"));
        new SecretSealer(_keys.Load()).TryOpenBytes(box, "doc_1", "licence", "org_1", out _).ShouldBeTrue();
    }
}
