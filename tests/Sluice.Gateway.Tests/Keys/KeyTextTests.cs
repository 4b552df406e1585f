using CsCheck;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Tests.Keys;

public class KeyTextTests
{
    [Theory]
    [InlineData(KeyPurpose.Test, "sk-slc_test_", 62)]
    [InlineData(KeyPurpose.Live, "sk-slc_live_", 62)]
    [InlineData(KeyPurpose.Management, "sk-slc_mgmt_", 62)]
    [InlineData(KeyPurpose.Setup, "sk-slc_setup_", 63)]
    [InlineData(KeyPurpose.Playground, "sk-slc_play_", 62)]
    public void A_new_text_has_its_prefix_and_length_and_parses_back(KeyPurpose purpose, string prefix, int length)
    {
        var text = KeyText.Create(purpose, out var publicId).Reveal();
        text.ShouldStartWith(prefix);
        text.Length.ShouldBe(length);
        KeyText.TryParse(text, out var parsedPurpose, out var parsedId).ShouldBeTrue();
        parsedPurpose.ShouldBe(purpose);
        parsedId.ToString().ShouldBe(publicId);
    }

    [Fact]
    public void No_two_texts_or_public_ids_are_alike()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 20_000; i++)
        {
            seen.Add(KeyText.Create(KeyPurpose.Test, out var id).Reveal()).ShouldBeTrue();
            seen.Add(id).ShouldBeTrue();
        }
    }

    [Fact]
    public void Every_character_of_the_alphabet_is_drawn_equally_often()
    {
        var counts = new int[128];
        const int keys = 5_000;
        for (var i = 0; i < keys; i++)
            foreach (var c in KeyText.Create(KeyPurpose.Live, out _).Reveal().AsSpan(12, 44)) counts[c]++;
        // Each count has mean 3548 and standard deviation 59; a modulo bias of one byte would show as a difference of a quarter.
        foreach (var c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") counts[c].ShouldBeInRange(3_000, 4_100);
    }

    [Fact]
    public void A_million_random_strings_are_never_accepted()
    {
        var random = new Random(20261123);
        Span<char> text = stackalloc char[80];
        string[] prefixes = ["", "sk-", "sk-slc_", "sk-slc_test_", "sk-slc_live_", "sk-slc_mgmt_", "sk-slc_setup_"];
        const string alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        var accepted = 0;
        for (var i = 0; i < 1_000_000; i++)
        {
            var prefix = prefixes[i % prefixes.Length];
            // The right length half of the time, so that the checksum has to do the work.
            var length = (i & 1) == 0 ? prefix.Length + 50 : random.Next(80);
            length = Math.Max(length, prefix.Length);
            for (var j = 0; j < length; j++) text[j] = alphabet[random.Next(62)];
            prefix.CopyTo(text);
            if (KeyText.TryParse(text[..length], out _, out _)) accepted++;
        }
        accepted.ShouldBe(0);
    }

    [Fact]
    public void Any_text_at_all_is_refused_without_an_exception() =>
        Gen.String.Sample(text => KeyText.TryParse(text, out _, out _).ShouldBeFalse());

    [Fact]
    public void One_changed_character_anywhere_is_refused()
    {
        var text = KeyText.Create(KeyPurpose.Setup, out _).Reveal();
        for (var i = 0; i < text.Length; i++)
            foreach (var c in "0Aaz_-\0é\uff10")
            {
                if (text[i] == c) continue;
                var changed = text.ToCharArray();
                changed[i] = c;
                KeyText.TryParse(changed, out _, out var id).ShouldBeFalse();
                id.IsEmpty.ShouldBeTrue();
            }
    }

    [Fact]
    public void A_text_cut_short_lengthened_or_padded_is_refused()
    {
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        for (var i = 0; i < text.Length; i++) KeyText.TryParse(text.AsSpan(0, i), out _, out _).ShouldBeFalse();
        foreach (var changed in new[] { text + "0", " " + text, text + " ", text + "\0", text.ToUpperInvariant() })
            KeyText.TryParse(changed, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_text_of_one_purpose_cannot_pass_for_another()
    {
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        KeyText.TryParse(text.Replace("_test_", "_mgmt_", StringComparison.Ordinal), out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Parsing_allocates_nothing()
    {
        var text = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        var parsed = KeyText.TryParse(text, out _, out _) ? 1 : 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) parsed += KeyText.TryParse(text, out _, out _) ? 1 : 0;
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        parsed.ShouldBe(1_001);
    }

    [Fact]
    public void A_new_text_does_not_print_itself() =>
        $"{KeyText.Create(KeyPurpose.Live, out _)}".ShouldBe("***");
}
