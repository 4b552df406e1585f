using System.Text;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Tests.Management.Intake;

public class StrictJsonTests
{
    public static TheoryData<string, string> Bad => new()
    {
        { "", "invalid_json" },
        { "{", "invalid_json" },
        { "{\"a\":1}x", "invalid_json" },
        { "{\"a\":01}", "invalid_json" },
        { "{\"a\":1,}", "invalid_json" },
        { "/*c*/{}", "invalid_json" },
        { "\uFEFF{}", "invalid_json" },
        { "[]", "invalid_type" },
        { "1", "invalid_type" },
        { "null", "invalid_type" },
        { "\"a\"", "invalid_type" },
        { "{\"a\":\"\\ud800\"}", "invalid_json" },
        { "{\"\\ud800\":1}", "invalid_json" },
        { "{\"a\":1,\"a\":2}", "duplicate_member" },
        { "{\"a\":1,\"\\u0061\":2}", "duplicate_member" },
        { "{\"a\":{\"b\":1,\"b\":2}}", "duplicate_member" },
        { "{\"a\":[{\"b\":1,\"b\":2}]}", "duplicate_member" },
        { "{\"a\":" + new string('[', 64) + new string(']', 64) + "}", "json_too_deep" },
        { "{\"a\":" + new string('[', 100_000) + "}", "json_too_deep" },
        { "{\"a\":[" + string.Join(',', Enumerable.Repeat("{}", 20_000)) + "]}", "json_too_complex" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_body_that_is_not_one_plain_object_is_refused(string body, string code)
    {
        StrictJson.Read(Encoding.UTF8.GetBytes(body), out var document).ShouldNotBeNull().Code.Code.ShouldBe(code);
        document.ShouldBeNull();
    }

    [Fact]
    public void Nesting_at_the_limit_is_read()
    {
        var body = "{\"a\":" + new string('[', 63) + new string(']', 63) + "}";
        StrictJson.Read(Encoding.UTF8.GetBytes(body), out _).ShouldBeNull();
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        byte[] body = [.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        StrictJson.Read(body, out _).ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("UTF-8");
    }

    [Fact]
    public void A_member_named_twice_is_named_in_the_refusal()
    {
        var refusal = StrictJson.Read("{\"limits\":{\"callsPerDay\":1,\"callsPerDay\":2}}"u8.ToArray(), out _).ShouldNotBeNull();
        refusal.Code.ShouldBe(ErrorCodes.DuplicateMember);
        refusal.Fields.ShouldNotBeNull().Single().Field.ShouldBe("limits.callsPerDay");
    }

    [Fact]
    public void Control_characters_of_a_member_name_do_not_reach_the_error_text() =>
        StrictJson.Shown("a\r\n\u202Eb\u0000" + new string('x', 200)).ShouldBe("a\uFFFD\uFFFD\uFFFDb\uFFFD" + new string('x', 58) + "…");
}
