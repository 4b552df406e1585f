using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Tests.Keys;

public class PeppersTests
{
    private static byte[] Secret(byte fill) => [.. Enumerable.Repeat(fill, 32)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    public void A_short_pepper_is_refused(int length) =>
        Should.Throw<ArgumentException>(() => new Peppers(1, Secret(1).AsSpan(0, length))).Message.ShouldContain("at least 32");

    [Fact]
    public void A_short_previous_pepper_is_refused() =>
        Should.Throw<ArgumentException>(() => new Peppers(2, Secret(1), (1, new byte[16]))).Message.ShouldContain("version 1");

    [Fact]
    public void A_pepper_of_zeros_is_refused() =>
        Should.Throw<ArgumentException>(() => new Peppers(1, new byte[32])).Message.ShouldContain("zeros");

    [Fact]
    public void A_version_below_one_is_refused() =>
        Should.Throw<ArgumentException>(() => new Peppers(0, Secret(1)));

    [Fact]
    public void A_version_given_twice_is_refused() =>
        Should.Throw<ArgumentException>(() => new Peppers(1, Secret(1), (1, Secret(2)))).Message.ShouldContain("twice");

    [Fact]
    public void Changing_the_array_given_changes_no_pepper()
    {
        var secret = Secret(7);
        var hasher = new KeyHasher(new Peppers(1, secret));
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        var hash = hasher.Hash(text, out _);
        Array.Clear(secret);
        hasher.Verify(text, hash, 1).ShouldBeTrue();
    }
}
