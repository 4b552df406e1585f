using Sluice.Server.Management.Intake;

namespace Sluice.Server.Tests.Management.Intake;

public class InstantTextTests
{
    [Theory]
    [InlineData("2030-01-31T12:00:00Z", "2030-01-31T12:00:00.0000000+00:00")]
    [InlineData("2030-01-31T12:00:00.1239Z", "2030-01-31T12:00:00.1230000+00:00")]
    [InlineData("2030-01-31T12:00:00+08:00", "2030-01-31T04:00:00.0000000+00:00")]
    public void An_instant_with_its_offset_is_read(string text, string expected)
    {
        InstantText.TryParse(text, out var instant).ShouldBeTrue();
        instant.ToString("O").ShouldBe(expected);
    }

    [Theory]
    [InlineData("2030-01-31")]
    [InlineData("2030-01-31T12:00:00")]
    [InlineData("2030-01-31 12:00:00Z")]
    [InlineData("2030-02-30T12:00:00Z")]
    [InlineData("2030-01-31T24:00:00Z")]
    [InlineData("31/01/2030 12:00:00 Z")]
    [InlineData("2030-01-31T12:00:00+99:00")]
    [InlineData("9999-12-31T23:59:59-23:59")]
    [InlineData("")]
    public void Anything_with_two_readings_is_refused(string text) => InstantText.TryParse(text, out _).ShouldBeFalse();
}
