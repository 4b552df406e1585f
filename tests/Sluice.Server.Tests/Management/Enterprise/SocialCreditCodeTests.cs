using CsCheck;
using Sluice.Server.Management.Enterprise;

namespace Sluice.Server.Tests.Management.Enterprise;

/// <summary>A mistyped unified social credit code is noticed, whichever character it is.</summary>
public class SocialCreditCodeTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    // The example of the standard, and companies whose codes are published by themselves.
    public static TheoryData<string> Known => ["91350100M000100Y43", "91330100799655058B", "9144030071526726XG", "914403001922038216", "91110000802100433B"];

    [Theory]
    [MemberData(nameof(Known))]
    public void A_known_code_is_taken(string code) => SocialCreditCode.Wrong(code).ShouldBeNull();

    [Theory]
    [MemberData(nameof(Known))]
    public void Every_single_mistyped_character_is_noticed(string code)
    {
        for (var at = 0; at < code.Length; at++)
        {
            foreach (var other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".Where(c => c != code[at]))
                SocialCreditCode.Wrong(code[..at] + other + code[(at + 1)..]).ShouldNotBeNull($"{other} at {at}");
        }
    }

    [Theory]
    [MemberData(nameof(Known))]
    public void Two_neighbours_that_changed_places_are_noticed(string code)
    {
        for (var at = 0; at < code.Length - 1; at++)
        {
            if (code[at] != code[at + 1])
                SocialCreditCode.Wrong(code[..at] + code[at + 1] + code[at] + code[(at + 2)..]).ShouldNotBeNull($"at {at}");
        }
    }

    [Fact]
    public void Every_code_with_right_check_characters_is_taken_and_with_one_other_character_refused() =>
        Gen.Select(Gen.Char[Alphabet].Array[2], Gen.Char["0123456789"].Array[6], Gen.Char[Alphabet].Array[8], Gen.Int[0, 17], Gen.Char[Alphabet]).Sample((kind, region, organisation, at, other) =>
        {
            var first = new string([.. kind, .. region, .. organisation]);
            first += SocialCreditCode.OrganisationCheck(first.AsSpan(8, 8));
            var code = first + SocialCreditCode.Check(first);
            SocialCreditCode.Wrong(code).ShouldBeNull(code);
            if (code[at] != other)
                SocialCreditCode.Wrong(code[..at] + other + code[(at + 1)..]).ShouldNotBeNull(code);
        });

    [Theory]
    [InlineData("")]
    [InlineData("91350100M000100Y4")]
    [InlineData("91350100M000100Y433")]
    [InlineData("91350100m000100y43")]
    [InlineData("91350100I000100Y43")]
    [InlineData("91350100M000100O43")]
    [InlineData("91350100M000100S43")]
    [InlineData("91350100M000100V43")]
    [InlineData("91350100M000100Z43")]
    [InlineData("91350100M000100Ｙ43")]
    [InlineData("9135010 M000100Y43")]
    public void Another_length_or_alphabet_is_refused(string code) => SocialCreditCode.Wrong(code).ShouldNotBeNull();

    [Fact]
    public void What_is_wrong_is_said()
    {
        SocialCreditCode.Wrong("91350100M000100Y44")!.ShouldContain("last character");
        SocialCreditCode.Wrong("91350100M000101Y43")!.ShouldContain("9 to 17");
        SocialCreditCode.Wrong("91A50100M000100Y43")!.ShouldContain("region");
        SocialCreditCode.Wrong("91350100O000100Y43")!.ShouldContain("'O'");
    }
}
