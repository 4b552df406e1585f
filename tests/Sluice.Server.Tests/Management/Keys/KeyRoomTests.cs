using Microsoft.Extensions.Time.Testing;
using Sluice.Server.Management.Keys;

namespace Sluice.Server.Tests.Management.Keys;

public class KeyRoomTests
{
    private readonly FakeTimeProvider _time = new();
    private int _counted;

    [Fact]
    public async Task A_count_is_remembered_for_a_while_and_added_to()
    {
        var room = new KeyRoom(_time);
        for (var i = 0; i < 5; i++) (await room.TakeAsync("org_1", Count(7))).ShouldBeTrue();
        (await room.TakeAsync("org_2", Count(7))).ShouldBeTrue();
        _counted.ShouldBe(2);
        _time.Advance(TimeSpan.FromMinutes(10));
        await room.TakeAsync("org_1", Count(7));
        _counted.ShouldBe(3);
    }

    [Fact]
    public async Task The_last_room_is_given_once_and_what_is_full_is_counted_anew()
    {
        var room = new KeyRoom(_time);
        (await room.TakeAsync("org_1", Count(KeyRoom.KeysMax - 1))).ShouldBeTrue();
        (await room.TakeAsync("org_1", Count(KeyRoom.KeysMax))).ShouldBeFalse();
        (await room.TakeAsync("org_1", Count(KeyRoom.KeysMax))).ShouldBeFalse();
        _counted.ShouldBe(3);
        // Some were revoked since.
        (await room.TakeAsync("org_1", Count(3))).ShouldBeTrue();
    }

    private Func<Task<int>> Count(int keys) => () =>
    {
        _counted++;
        return Task.FromResult(keys);
    };
}
