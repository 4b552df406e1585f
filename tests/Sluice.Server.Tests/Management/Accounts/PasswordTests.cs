using System.Text;
using Microsoft.AspNetCore.Identity;
using Sluice.Gateway.Keys;
using Sluice.Server.Accounts;
using Sluice.Server.Accounts.Text;
using Sluice.Server.Management;

namespace Sluice.Server.Tests.Management.Accounts;

public class PasswordTests
{
    private static readonly ManagementOptions Quick = new() { Accounts = new AccountOptions { PasswordIterations = 1_000 } };

    private static string? Wrong(string password, bool secondFactor = false, params string[] words) => new PasswordPolicy(Quick).Wrong(new PlainSecret(password), secondFactor, words);

    [Theory]
    [InlineData("fourteen chars")]
    [InlineData("aaaaaaaaaaaaaaaaaaaa")]
    [InlineData("123456789012345")]
    [InlineData("qwertyuiopasdfgh")]
    [InlineData("passwordpassword")]
    [InlineData("P@ssw0rdP@ssw0rd!")]
    [InlineData("Password12345678!")]
    [InlineData("iloveyouiloveyou1314")]
    [InlineData("woaini5201314woaini")]
    [InlineData("correcthorsebatterystaple")]
    [InlineData("sluice-sluice-sluice")]
    [InlineData("zyxwvutsrqponmlk")]
    public void A_password_that_is_guessed_first_is_refused(string password) => Wrong(password).ShouldNotBeNull();

    [Theory]
    [InlineData("marble kettle orbit fern")]
    [InlineData("кошка села на окно")]
    [InlineData("四匹白马渡过冰冷的河去看桃花开")]
    [InlineData("lower case words are fine")]
    [InlineData("🎈🎈🌲🌲🐙🐙🚲🚲🧭🧭🪁🪁🧵🧵🧿")]
    public void A_long_one_of_any_characters_is_taken(string password) => Wrong(password).ShouldBeNull();

    [Fact]
    public void Characters_are_counted_not_units_and_256_of_them_are_taken()
    {
        var varied = string.Concat(Enumerable.Range(0, 256).Select(i => char.ConvertFromUtf32(0x1F300 + i)));
        Wrong(varied).ShouldBeNull();
        Wrong(varied + "x").ShouldNotBeNull();
        Wrong("🎈🌲🐙🚲🧭🪁🧵", secondFactor: true).ShouldNotBeNull();
        Wrong("🎈🌲🐙🚲🧭🪁🧵🧿", secondFactor: true).ShouldBeNull();
    }

    [Theory]
    [InlineData("ada.lovelace1815!!", "ada.lovelace@example.com", "Ada Lovelace")]
    [InlineData("LovelaceLovelace1", "ada@lovelace.example", "")]
    [InlineData("Examplecorp-2024!", "x@y.example", "Examplecorp")]
    public void One_made_of_what_everybody_knows_is_refused(string password, string email, string name)
    {
        Wrong(password, false, email, name).ShouldNotBeNull();
        Wrong(password).ShouldBeNull();
    }

    [Fact]
    public void The_regulated_profile_asks_for_three_sorts_of_characters()
    {
        var policy = new PasswordPolicy(new ManagementOptions { Accounts = new AccountOptions { PasswordProfile = PasswordProfile.Mlps3 } });
        policy.Wrong(new PlainSecret("marblekettleorbitfern"), false).ShouldNotBeNull();
        policy.Wrong(new PlainSecret("marblekettle orbitfern"), false).ShouldNotBeNull();
        policy.Wrong(new PlainSecret("Marblekettle orbitfern"), false).ShouldBeNull();
    }

    [Fact]
    public void The_list_of_common_ones_stands_for_several_thousand() => CommonPasswords.Count.ShouldBeGreaterThan(3_000);

    [Fact]
    public async Task The_same_password_typed_on_two_keyboards_is_the_same()
    {
        using var hashing = new PasswordHashing(Quick);
        var (hash, _) = await hashing.HashAsync(new PlainSecret("Caf\u00e9 \u212Bngstr\u00f6m \uFB01n"), TestContext.Current.CancellationToken);
        (await hashing.VerifyAsync(hash, new PlainSecret("Cafe\u0301 A\u030Angstro\u0308m fin"), TestContext.Current.CancellationToken)).Result.ShouldBe(PasswordVerificationResult.Success);
        (await hashing.VerifyAsync(hash, new PlainSecret("Cafe Angstrom fin"), TestContext.Current.CancellationToken)).Result.ShouldBe(PasswordVerificationResult.Failed);
    }

    [Fact]
    public async Task Hashes_are_pbkdf2_with_sha512_and_the_configured_rounds()
    {
        using var hashing = new PasswordHashing(new ManagementOptions());
        var bytes = Convert.FromBase64String((await hashing.HashAsync(new PlainSecret("x"), TestContext.Current.CancellationToken)).Hash!);
        bytes[0].ShouldBe((byte)1);
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)).ShouldBe(2u, "HMAC-SHA-512");
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)).ShouldBe(210_000u);
    }

    [Fact]
    public async Task Half_the_processors_hash_at_once_a_few_wait_and_the_rest_are_sent_away()
    {
        using var hashing = new PasswordHashing(Quick);
        var held = new TaskCompletionSource();
        hashing.Before = () => held.Task;
        var calls = Enumerable.Range(0, 500).Select(_ => hashing.VerifyAsync(null, new PlainSecret("guess"), TestContext.Current.CancellationToken).AsTask()).ToList();
        calls.Count(c => c.IsCompleted).ShouldBe(500 - PasswordHashing.AtOnce - PasswordHashing.Waiting);
        held.SetResult();
        var results = await Task.WhenAll(calls);
        results.Count(r => r.Refusal is null).ShouldBe(PasswordHashing.AtOnce + PasswordHashing.Waiting);
        results.Where(r => r.Refusal is not null).ShouldAllBe(r => r.Refusal!.Code.Status == 503);
        hashing.Peak.ShouldBe(PasswordHashing.AtOnce);
    }

    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("ﬁ", "fi")]
    [InlineData("ｆｕｌｌ", "full")]
    [InlineData("①", "1")]
    [InlineData("\u1E9B\u0323", "\u1E69")]
    [InlineData("\u1112\u1161\u11AB", "한")]
    [InlineData("\uAC00\u11A8", "각")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\uFDFA", "صلى الله عليه وسلم")]
    [InlineData("ｶﾞ", "ガ")]
    [InlineData("plain", "plain")]
    public void Text_is_brought_into_form_KC(string text, string expected) => NfkcText.Of(text).ShouldBe(expected);

    [Fact]
    public void Form_KC_of_form_KC_is_itself_and_half_a_character_has_none()
    {
        for (var point = 0xA0; point < 0x30000; point++)
        {
            if (!Rune.TryCreate(point, out var rune))
                continue;
            var once = NfkcText.Of("a" + rune + "\u0323" + rune)!;
            NfkcText.Of(once).ShouldBe(once, $"U+{point:X}");
        }

        NfkcText.Of("\ud800").ShouldBeNull();
        NfkcText.Of("a\udc00b").ShouldBeNull();
    }

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void One_time_codes_are_those_of_RFC_6238(long seconds, string code)
    {
        const string Secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        var now = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Totp.CodeAt(Secret, Totp.StepAt(now)).ShouldBe(code);
        Totp.StepOf(Secret, code, now.AddSeconds(30), null).ShouldBe(Totp.StepAt(now));
        Totp.StepOf(Secret, code, now.AddSeconds(60), null).ShouldBeNull();
        Totp.StepOf(Secret, code, now, Totp.StepAt(now)).ShouldBeNull();
    }

    [Fact]
    public void Waits_begin_with_the_fifth_failure_and_grow_to_a_quarter_of_an_hour()
    {
        SignInGuard.WaitAfter(4).ShouldBe(TimeSpan.Zero);
        SignInGuard.WaitAfter(5).ShouldBe(TimeSpan.FromSeconds(5));
        SignInGuard.WaitAfter(6).ShouldBe(TimeSpan.FromSeconds(10));
        SignInGuard.WaitAfter(99).ShouldBe(TimeSpan.FromMinutes(15));
    }
}
