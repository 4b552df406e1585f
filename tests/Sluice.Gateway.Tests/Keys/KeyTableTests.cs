using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Tests.Keys;

/// <summary>The table is what the directory says, however readings and changes overlap.</summary>
public class KeyTableTests
{
    private readonly ScriptedDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ApiKey Key(string id, string? owner = null, string organisation = "org_1", string? publicId = null, bool enabled = true) => ScriptedDirectory.Key(id, owner, organisation, publicId, enabled);

    private static ApiKey? Find(KeyTable table, string publicId) => table.TryFind(publicId, out var key, out _) ? key : null;

    /// <summary>Does something at the moment when the first reading has the row of <paramref name="id"/> in hand, and finishes that reading.</summary>
    private async Task<KeyTable> WhileInHandAsync(string id, Func<KeyTable, Task> act)
    {
        var table = new KeyTable(_directory);
        _directory.BeforeRow = async key =>
        {
            if (key.Id == id) await act(table);
        };
        await table.LoadAllAsync(Token);
        return table;
    }

    [Fact]
    public async Task All_keys_are_in_only_when_the_last_one_is()
    {
        _directory.Put(Key("key_1"), Key("key_2"));
        var table = new KeyTable(_directory);
        _directory.BeforeRow = key =>
        {
            table.IsComplete.ShouldBeFalse();
            Find(table, "pub_key_1").ShouldBe(key.Id == "key_1" ? null : _directory.Rows[0]);
            return Task.CompletedTask;
        };
        await table.LoadAllAsync(Token);
        table.IsComplete.ShouldBeTrue();
        table.Count.ShouldBe(2);
        Find(table, "pub_key_2").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_refresh_during_the_first_reading_wins_over_the_row_in_hand()
    {
        _directory.Put(Key("key_1"));
        using var table = await WhileInHandAsync("key_1", async t =>
        {
            _directory.Put(Key("key_1", enabled: false));
            await t.RefreshAsync("key_1", Token);
        });
        Find(table, "pub_key_1")!.Enabled.ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_that_is_removed_during_the_first_reading_stays_away()
    {
        _directory.Put(Key("key_1"));
        using var table = await WhileInHandAsync("key_1", async t =>
        {
            _directory.Remove("key_1");
            await t.RefreshAsync("key_1", Token);
        });
        Find(table, "pub_key_1").ShouldBeNull();
        table.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_secret_that_is_replaced_during_the_first_reading_stays_replaced()
    {
        _directory.Put(Key("key_1"));
        using var table = await WhileInHandAsync("key_1", async t =>
        {
            _directory.Put(Key("key_1", publicId: "new"));
            await t.RefreshAsync("key_1", Token);
        });
        Find(table, "pub_key_1").ShouldBeNull();
        Find(table, "new").ShouldNotBeNull();
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task A_change_of_the_owner_or_organisation_during_the_first_reading_wins_too(bool organisation)
    {
        _directory.Put(Key("key_1", owner: "acc_1"));
        using var table = await WhileInHandAsync("key_1", async t =>
        {
            _directory.Put(Key("key_1", owner: "acc_1") with { OwnerRights = [] });
            await (organisation ? t.RefreshOrganisationAsync("org_1", Token) : t.RefreshOwnerAsync("acc_1", Token));
        });
        Find(table, "pub_key_1")!.OwnerRights.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task A_key_that_left_its_owner_or_organisation_during_the_first_reading_is_read_again(bool organisation)
    {
        _directory.Put(Key("key_1", owner: "acc_1"));
        using var table = await WhileInHandAsync("key_1", async t =>
        {
            _directory.Put(Key("key_1", owner: "acc_2", organisation: "org_2"));
            await (organisation ? t.RefreshOrganisationAsync("org_1", Token) : t.RefreshOwnerAsync("acc_1", Token));
        });
        Find(table, "pub_key_1")!.OwnerId.ShouldBe("acc_2");
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task A_key_that_vanished_with_its_owner_or_organisation_during_the_first_reading_stays_away(bool organisation)
    {
        _directory.Put(Key("key_1", owner: "acc_1"));
        using var table = await WhileInHandAsync("key_1", async t =>
        {
            _directory.Remove("key_1");
            await (organisation ? t.RefreshOrganisationAsync("org_1", Token) : t.RefreshOwnerAsync("acc_1", Token));
        });
        Find(table, "pub_key_1").ShouldBeNull();
    }

    [Fact]
    public async Task A_change_of_an_owner_reaches_all_keys_of_that_owner_and_no_other()
    {
        _directory.Put(Key("key_1", owner: "acc_1"), Key("key_2", owner: "acc_1"), Key("key_3", owner: "acc_2"), Key("key_4"));
        using var table = new KeyTable(_directory);
        await table.LoadAllAsync(Token);
        var version = table.Version;
        _directory.Put([.. _directory.Rows.Select(k => k with { OwnerRights = [] })]);
        await table.RefreshOwnerAsync("acc_1", Token);
        _directory.Rows.Select(k => Find(table, "pub_" + k.Id)!.OwnerRights is not null).ShouldBe([true, true, false, false]);
        table.Version.ShouldBeGreaterThan(version);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task Keys_that_moved_follow_and_keys_that_vanished_are_dropped(bool organisation)
    {
        _directory.Put(Key("key_1", owner: "acc_1"), Key("key_2", owner: "acc_1"), Key("key_3", owner: "acc_1"));
        using var table = new KeyTable(_directory);
        await table.LoadAllAsync(Token);
        _directory.Put(Key("key_2", owner: "acc_2", organisation: "org_2"));
        _directory.Remove("key_3");
        await (organisation ? table.RefreshOrganisationAsync("org_1", Token) : table.RefreshOwnerAsync("acc_1", Token));
        Find(table, "pub_key_1")!.OwnerId.ShouldBe("acc_1");
        Find(table, "pub_key_2")!.OwnerId.ShouldBe("acc_2");
        Find(table, "pub_key_3").ShouldBeNull();
        table.Current("key_3").ShouldBeNull();
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task A_single_key_that_was_read_before_a_change_does_not_undo_it(bool complete)
    {
        using var table = new KeyTable(_directory);
        var old = Key("key_1", owner: "acc_1");
        await table.RefreshAsync("key_1", Token);
        if (complete) await table.LoadAllAsync(Token);
        await table.OfferAsync(old, Token);
        Find(table, "pub_key_1").ShouldBeNull();
    }

    [Fact]
    public async Task After_a_reading_that_failed_another_can_follow()
    {
        _directory.Put(Key("key_1"), Key("key_2"));
        using var table = new KeyTable(_directory);
        _directory.BeforeRow = key => key.Id == "key_2" ? Task.FromException(new IOException("The database is gone.")) : Task.CompletedTask;
        await Should.ThrowAsync<IOException>(async () => await table.LoadAllAsync(Token));
        table.IsComplete.ShouldBeFalse();
        _directory.Remove("key_1");
        await table.RefreshAsync("key_1", Token);
        _directory.BeforeRow = _ => Task.CompletedTask;
        await table.LoadAllAsync(Token);
        table.IsComplete.ShouldBeTrue();
        _directory.Rows.ShouldHaveSingleItem().ShouldBe(Find(table, "pub_key_2"));
        table.Count.ShouldBe(1);
    }

    /// <summary>Changes of every kind, each told once it is made, while the keys are read in and looked up one by one: in the end nothing differs.</summary>
    [Fact]
    public async Task Whatever_overlaps_in_the_end_the_table_is_the_directory()
    {
        for (var round = 0; round < 150; round++)
        {
            var directory = new ScriptedDirectory { BeforeRow = async _ => await Task.Yield() };
            var random = new Random(round);
            for (var i = 0; i < 40; i++) directory.Put(Random(i));
            using var table = new KeyTable(directory);
            using var lookups = new KeyLookups(table, directory, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<KeyLookups>.Instance);
            var reading = Task.Run(() => table.LoadAllAsync(Token).AsTask(), Token);
            var finding = Task.Run(async () =>
            {
                for (var i = 0; i < 40; i++) await lookups.LookUpAsync($"pub_key_{i:00}", Token);
            }, Token);
            for (var i = 0; i < 60; i++)
            {
                var n = random.Next(45);
                var id = $"key_{n:00}";
                var owner = $"acc_{random.Next(3)}";
                switch (random.Next(6))
                {
                    case 0:
                        directory.Remove(id);
                        await table.RefreshAsync(id, Token);
                        break;
                    case 1:
                        foreach (var key in directory.Rows.Where(k => k.OwnerId == owner)) directory.Put(key with { OwnerRights = [], Enabled = !key.Enabled });
                        await table.RefreshOwnerAsync(owner, Token);
                        break;
                    case 2:
                        foreach (var key in directory.Rows.Where(k => k.OwnerId == owner)) directory.Put(key with { OwnerId = $"acc_{random.Next(3)}" });
                        await table.RefreshOwnerAsync(owner, Token);
                        break;
                    case 3:
                        foreach (var key in directory.Rows.Where(k => k.OrganisationId == "org_0").Take(3)) directory.Remove(key.Id);
                        await table.RefreshOrganisationAsync("org_0", Token);
                        break;
                    default:
                        directory.Put(Random(n));
                        await table.RefreshAsync(id, Token);
                        break;
                }
            }

            await reading;
            await finding;
            table.Count.ShouldBe(directory.Rows.Count, $"round {round}");
            foreach (var key in directory.Rows)
            {
                table.Current(key.Id).ShouldBe(key, $"round {round}");
                Find(table, key.Credentials[0].PublicId).ShouldBe(key, $"round {round}");
            }

            for (var i = 0; i < 45; i++)
            {
                if (directory.Rows.All(k => k.Id != $"key_{i:00}")) Find(table, $"pub_key_{i:00}").ShouldBeNull($"round {round}");
            }

            ApiKey Random(int n) => Key($"key_{n:00}", owner: $"acc_{random.Next(3)}", organisation: $"org_{random.Next(2)}", enabled: random.Next(2) == 0);
        }
    }
}
