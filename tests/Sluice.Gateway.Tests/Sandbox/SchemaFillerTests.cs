using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Gateway.Sandbox;

namespace Sluice.Gateway.Tests.Sandbox;

public class SchemaFillerTests
{
    private static JsonNode? Fill(string schema, string text = "Please help") => JsonNode.Parse(new SchemaFiller(new JsonSlice(Encoding.UTF8.GetBytes(schema)), text).Fill());

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"const":7}},"required":["a"]}""", """{"a":7}""")]
    [InlineData("""{"type":"object","properties":{"a":{"enum":["x","y"]}},"required":["a"]}""", """{"a":"x"}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"string"}},"required":["a"]}""", """{"a":true}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":["null","integer"]}},"required":["a"]}""", """{"a":1}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"null"}},"required":["a"]}""", """{"a":null}""")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"null"},{"type":"integer","minimum":3}]}},"required":["a"]}""", """{"a":3}""")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"b":{"type":"integer"}},"required":["b"]}]}""", """{"a":1,"b":1}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/x~1y"}},"required":["a"],"$defs":{"x/y":{"enum":[5]}}}""", """{"a":5}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"},"minItems":3}},"required":["a"]}""", """{"a":[1,2,3]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","prefixItems":[{"const":1},{"const":2}],"maxItems":2}},"required":["a"]}""", """{"a":[1,2]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"},"maxItems":0}},"required":["a"]}""", """{"a":[]}""")]
    [InlineData("""{"type":"object","required":["a"]}""", """{"a":"Please help"}""")]
    [InlineData("{}", "{}")]
    public void An_instance_follows_the_schema(string schema, string instance) => Fill(schema)!.ToJsonString().ShouldBe(instance);

    [Theory]
    [InlineData("\"minimum\":5", 5)]
    [InlineData("\"exclusiveMinimum\":5", 6)]
    [InlineData("\"minimum\":5,\"exclusiveMinimum\":true", 6)]
    [InlineData("\"maximum\":-3", -3)]
    [InlineData("\"exclusiveMaximum\":-3", -4)]
    [InlineData("\"multipleOf\":4,\"minimum\":9", 12)]
    [InlineData("\"minimum\":3,\"maximum\":3", 3)]
    public void A_whole_number_keeps_its_bounds(string keywords, int number) => ((int)Fill($"{{\"properties\":{{\"a\":{{\"type\":\"integer\",{keywords}}}}}}}")!["a"]!).ShouldBe(number);

    [Fact]
    public void A_number_between_open_bounds_lies_between_them() => ((double)Fill("""{"properties":{"a":{"type":"number","exclusiveMinimum":2,"exclusiveMaximum":3}}}""")!["a"]!).ShouldBe(2.5);

    [Fact]
    public void A_number_is_taken_from_the_text_where_it_fits()
    {
        ((int)Fill("""{"properties":{"days":{"type":"integer","maximum":10}}}""", "A forecast for 5 days")!["days"]!).ShouldBe(5);
        ((int)Fill("""{"properties":{"days":{"type":"integer","maximum":3}}}""", "A forecast for 5 days")!["days"]!).ShouldBe(1);
    }

    [Fact]
    public void An_enum_is_taken_from_the_text_where_it_is_named() => ((string)Fill("""{"properties":{"unit":{"enum":["celsius","fahrenheit"]}}}""", "in Fahrenheit please")!["unit"]!).ShouldBe("fahrenheit");

    [Theory]
    [InlineData("city", "What's the weather like in New York today?", "New York")]
    [InlineData("title", "Play \"Yesterday\" for me", "Yesterday")]
    [InlineData("query", "Find cheap flights", "Find cheap flights")]
    [InlineData("name", "", "sandbox")]
    public void A_string_is_taken_from_the_text(string name, string text, string value) => ((string)Fill($"{{\"properties\":{{\"{name}\":{{\"type\":\"string\"}}}}}}", text)![name]!).ShouldBe(value);

    [Theory]
    [InlineData("^[A-Z]{3}-\\\\d{4}$")]
    [InlineData("^(foo|bar)+[0-9]?$")]
    [InlineData("^[^a-z]{2,5}x*$")]
    [InlineData("^\\\\+?\\\\d{1,3}(?:[ -]\\\\d+)*$")]
    public void A_string_matches_its_pattern(string pattern)
    {
        var value = (string)Fill($"{{\"properties\":{{\"a\":{{\"type\":\"string\",\"pattern\":\"{pattern}\"}}}}}}")!["a"]!;

        Regex.IsMatch(value, pattern.Replace("\\\\", "\\", StringComparison.Ordinal)).ShouldBeTrue(value);
    }

    [Theory]
    [InlineData("\"minLength\":30", 30, 64)]
    [InlineData("\"maxLength\":4", 0, 4)]
    [InlineData("\"minLength\":8,\"pattern\":\"^[a-z]+$\"", 8, 8)]
    public void A_string_keeps_its_length(string keywords, int shortest, int longest)
        => ((string)Fill($"{{\"properties\":{{\"a\":{{\"type\":\"string\",{keywords}}}}}}}")!["a"]!).Length.ShouldBeInRange(shortest, longest);

    [Theory]
    [InlineData("date", "2026-01-31")]
    [InlineData("uuid", "00000000-0000-4000-8000-000000000001")]
    [InlineData("ipv4", "192.0.2.1")]
    [InlineData("email", "sandbox@example.com")]
    public void A_string_has_its_format(string format, string value) => ((string)Fill($"{{\"properties\":{{\"a\":{{\"type\":\"string\",\"format\":\"{format}\"}}}}}}")!["a"]!).ShouldBe(value);

    [Fact]
    public void A_recursive_schema_ends() => Fill("""{"type":"object","properties":{"value":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]},"children":{"type":"array","items":{"$ref":"#"}}},"required":["value","next","children"]}""").ShouldNotBeNull();

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#"},"c":{"$ref":"#"}},"required":["a","b","c"]}""")]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"allOf":[{"$ref":"#"}],"anyOf":[{"$ref":"#"}]}""")]
    [InlineData("""{"properties":{"a":{"type":"array","minItems":1000000,"items":{"type":"array","minItems":1000000}}}}""")]
    [InlineData("""{"properties":{"a":{"type":"string","minLength":1000000000}}}""")]
    [InlineData("""{"properties":{"a":{"type":"string","pattern":"(a{1000}){1000}"}}}""")]
    public void A_schema_that_asks_for_endless_work_is_filled_within_bounds(string schema)
        => new SchemaFiller(new JsonSlice(Encoding.UTF8.GetBytes(schema)), "x").Fill().Length.ShouldBeLessThan(64 * 1024);
}
