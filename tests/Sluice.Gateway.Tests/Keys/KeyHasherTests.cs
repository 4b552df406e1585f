using System.Security.Cryptography;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Tests.Keys;

public class KeyHasherTests
{
    private static readonly byte[] First = SHA256.HashData("first"u8);
    private static readonly byte[] Second = SHA256.HashData("second"u8);

    [Fact]
    public void The_hash_of_a_key_verifies_that_key_only()
    {
        var hasher = new KeyHasher(new Peppers(1, First));
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        var hash = hasher.Hash(text, out var version);
        hasher.Verify(text, hash, version).ShouldBeTrue();
        hasher.Verify(KeyText.Create(KeyPurpose.Test, out _).Reveal(), hash, version).ShouldBeFalse();
    }

    [Fact]
    public void One_flipped_bit_anywhere_in_the_hash_is_refused()
    {
        var hasher = new KeyHasher(new Peppers(1, First));
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        var hash = hasher.Hash(text, out var version);
        for (var bit = 0; bit < hash.Length * 8; bit++)
        {
            hash[bit / 8] ^= (byte)(1 << (bit % 8));
            hasher.Verify(text, hash, version).ShouldBeFalse();
            hash[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_hash_planted_by_someone_without_the_pepper_does_not_authenticate()
    {
        var hasher = new KeyHasher(new Peppers(1, First));
        var text = KeyText.Create(KeyPurpose.Live, out _).Reveal();
        var bytes = System.Text.Encoding.ASCII.GetBytes(text);
        byte[][] planted = [SHA256.HashData(bytes), HMACSHA256.HashData(Array.Empty<byte>(), bytes), HMACSHA256.HashData(new byte[32], bytes), HMACSHA256.HashData(Second, bytes), [], bytes];
        foreach (var hash in planted)
            foreach (var version in new[] { 0, 1, 2, -1, int.MaxValue })
                hasher.Verify(text, hash, version).ShouldBeFalse();
    }

    [Fact]
    public void Hashes_of_a_previous_pepper_still_verify_and_new_ones_use_the_current()
    {
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        var old = new KeyHasher(new Peppers(1, First)).Hash(text, out _);
        var hasher = new KeyHasher(new Peppers(2, Second, (1, First)));
        hasher.Verify(text, old, 1).ShouldBeTrue();
        hasher.Verify(text, old, 2).ShouldBeFalse();
        hasher.Hash(text, out var version).ShouldNotBe(old);
        version.ShouldBe(2);
    }

    [Fact]
    public void Hostile_texts_are_refused_without_an_exception()
    {
        var hasher = new KeyHasher(new Peppers(1, First));
        var hash = hasher.Hash(KeyText.Create(KeyPurpose.Test, out _).Reveal(), out _);
        foreach (var text in new[] { "", "é", new string('a', 10_000), "\0\0\0", "sk-slc_test_\ud800" }) hasher.Verify(text, hash, 1).ShouldBeFalse();
    }

    [Fact]
    public void Only_the_form_of_a_key_is_hashed() =>
        Should.Throw<ArgumentException>(() => new KeyHasher(new Peppers(1, First)).Hash("hello", out _)).Message.ShouldNotContain("hello");

    [Fact]
    public void Verifying_allocates_nothing()
    {
        var hasher = new KeyHasher(new Peppers(2, Second, (1, First)));
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        var hash = hasher.Hash(text, out var version);
        for (var i = 0; i < 100; i++) hasher.Verify(text, hash, version);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) hasher.Verify(text, hash, version);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Hashes_are_compared_by_the_fixed_time_function_and_nothing_else()
    {
        var source = File.ReadAllText(Path.Combine(Root(), "src", "Sluice.Gateway", "Keys", "KeyHasher.cs"));
        source.ShouldContain("return CryptographicOperations.FixedTimeEquals(computed, hash);");
        foreach (var other in new[] { "SequenceEqual", "SequenceCompareTo", "computed ==", "computed[", "hash[" }) source.ShouldNotContain(other);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sluice.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Sluice.slnx is in no folder above the tests.");
        return folder;
    }
}
