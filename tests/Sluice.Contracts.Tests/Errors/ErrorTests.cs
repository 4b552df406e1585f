using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Tests.Errors;

public partial class ErrorTests
{
    private static readonly ErrorCode[] All =
        [.. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<ErrorCode>()];

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();

    [Fact]
    public void Every_code_is_unique()
    {
        All.Length.ShouldBeGreaterThan(20);
        All.Select(error => error.Code).ShouldBeUnique();
    }

    [Fact]
    public void Every_code_and_type_is_lower_snake_case()
    {
        All.ShouldAllBe(error => SnakeCase().IsMatch(error.Code));
        All.ShouldAllBe(error => SnakeCase().IsMatch(error.Type));
    }

    [Fact]
    public void Every_status_is_an_error_and_fits_its_type()
    {
        All.ShouldAllBe(error => error.Status >= 400 && error.Status <= 599);
        All.Where(error => error.Type is "server_error").ShouldAllBe(error => error.Status >= 500);
        All.Where(error => error.Type is "authentication_error").ShouldAllBe(error => error.Status == 401);
        All.Where(error => error.Type is "invalid_request_error").ShouldAllBe(error => error.Status < 500);
    }

    [Fact]
    public void Every_sentence_is_one_a_caller_can_read() => All.ShouldAllBe(error => error.Sentence.Length > 10 && error.Sentence.EndsWith('.'));

    [Fact]
    public void A_used_up_quota_is_not_worth_a_retry_and_a_rate_limit_is()
    {
        ErrorCodes.InsufficientQuota.Retry.ShouldBe(false);
        ErrorCodes.RateLimitExceeded.Retry.ShouldBe(true);
    }

    [Fact]
    public void The_four_members_libraries_look_for_come_first_and_are_always_written()
        => JsonSerializer.Serialize(new ErrorBody { Error = new ErrorObject { Message = "m", Type = "t" } }, SluiceJson.Default.ErrorBody)
            .ShouldBe("""{"error":{"message":"m","type":"t","param":null,"code":null}}""");

    [Fact]
    public void The_additions_come_last()
        => JsonSerializer.Serialize(new ErrorBody { Error = new ErrorObject { Remedy = "r", RequestId = "req_1", Code = "c", Param = "p", Type = "t", Message = "m" } }, SluiceJson.Default.ErrorBody)
            .ShouldBe("""{"error":{"message":"m","type":"t","param":"p","code":"c","request_id":"req_1","remedy":"r"}}""");

    [Theory]
    [InlineData("429", "429")]
    [InlineData("\"c\"", "c")]
    [InlineData("null", null)]
    public void A_code_that_is_a_number_is_read_as_text(string code, string? expected)
        => JsonSerializer.Deserialize($$"""{"error":{"message":"m","code":{{code}} } }""", SluiceJson.Default.ErrorBody)!.Error.Code.ShouldBe(expected);
}
