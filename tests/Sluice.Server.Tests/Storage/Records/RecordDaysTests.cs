using CsCheck;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Tests.Storage.Records;

public class RecordDaysTests
{
    private static readonly long Year5000 = new DateTimeOffset(5000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    [Fact]
    public void The_day_of_an_id_is_the_day_it_was_made_on() =>
        Gen.Long[0, Year5000].Sample(ms =>
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(ms);
            RecordDays.TryOf(SampleRecords.Id(at), out var day).ShouldBeTrue();
            day.ShouldBe(DateOnly.FromDateTime(at.UtcDateTime).DayNumber);
        });

    [Fact]
    public void A_floor_sorts_before_the_ids_of_its_time_and_after_earlier_ones() =>
        Gen.Long[1, Year5000].Sample(ms =>
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(ms);
            string.CompareOrdinal(RecordDays.Floor(ms), SampleRecords.Id(at)).ShouldBeLessThan(0);
            string.CompareOrdinal(RecordDays.Floor(ms), SampleRecords.Id(at.AddMilliseconds(-1))).ShouldBeGreaterThan(0);
        });

    [Fact]
    public void Any_other_text_has_no_day() => Gen.String.Sample(text => RecordDays.TryOf(text, out _).ShouldBeFalse());

    [Theory]
    [InlineData("req_7ZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData("req_01ILOU00000000000000000000")]
    public void An_id_of_no_possible_time_has_no_day(string id) => RecordDays.TryOf(id, out _).ShouldBeFalse();
}
