using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Keys;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Keys;

/// <summary>
/// Lists and searches over more keys than a page may look at: complete when walked to the end, in order, and each page by an index. The organisation has
/// 25,000 keys, of which hardly any fit the rarer filters.
/// </summary>
public abstract class KeyPagesContract(KeyPagesBed bed) : IAsyncDisposable
{
    private const string Organisation = KeyPagesBed.Organisation;
    private const int Count = KeyPagesBed.Count;
    private const long NowMs = 1_000_000;
    private readonly SluiceDb _db = bed.Database.CreateContext();

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _db.DisposeAsync();
    }

    public static TheoryData<string> Filters => [.. Named.Keys];

    private static readonly Dictionary<string, KeyFilter> Named = new()
    {
        ["all"] = new KeyFilter(),
        ["kind"] = new KeyFilter { Kind = KeyKinds.Production },
        ["active"] = new KeyFilter { Status = KeyStatuses.Active },
        ["disabled"] = new KeyFilter { Status = KeyStatuses.Disabled },
        ["expired"] = new KeyFilter { Status = KeyStatuses.Expired },
        ["revoked"] = new KeyFilter { Status = KeyStatuses.Revoked },
        ["project"] = new KeyFilter { ProjectId = "prj_2" },
        ["owner"] = new KeyFilter { OwnerId = "acc_rare" },
        ["services"] = new KeyFilter { OwnerId = "" },
        ["tag"] = new KeyFilter { Tag = "rare" },
        ["common tag, rare kind"] = new KeyFilter { Tag = "common", Kind = KeyKinds.Production },
        ["owner, rare status"] = new KeyFilter { OwnerId = "acc_1", Status = KeyStatuses.Revoked },
        ["project, rare kind, rare status"] = new KeyFilter { ProjectId = "prj_1", Kind = KeyKinds.Production, Status = KeyStatuses.Expired },
        ["nothing at all"] = new KeyFilter { Kind = KeyKinds.Production, OwnerId = "acc_1", Tag = "rare", Status = KeyStatuses.Disabled },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_list_walked_to_its_end_holds_every_key_that_fits_once_and_newest_first(string name)
    {
        var filter = Named[name];
        var expected = await ExpectedAsync(filter);
        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = await Pages(filter, 100).NewestAsync(after);
            page.Keys.Count.ShouldBeLessThanOrEqualTo(100);
            seen.AddRange(page.Keys.Select(k => k.Id));
            after = page.Next;
            if (seen.Count > 3_000) break;
        }
        while (after is not null);
        if (after is not null) expected = [.. expected.Take(seen.Count)];
        seen.ShouldBe(expected);
    }

    [Theory]
    [InlineData("Key 1", null)]
    [InlineData("KEY 12", null)]
    [InlineData("same", null)]
    [InlineData("key", "revoked")]
    [InlineData("key", "kind")]
    [InlineData("key", "common tag, rare kind")]
    [InlineData("100%", null)]
    [InlineData("100_", null)]
    [InlineData("100\\", null)]
    [InlineData("größe", null)]
    public async Task A_search_walked_to_its_end_holds_every_name_that_begins_so_once_and_in_order(string beginning, string? filterName)
    {
        var filter = filterName is null ? new KeyFilter() : Named[filterName];
        var folded = beginning.ToLowerInvariant();
        var fitting = await ExpectedAsync(filter);
        var names = await _db.Keys.AsNoTracking().Select(k => new { k.Id, k.NameFolded }).ToDictionaryAsync(k => k.Id, k => k.NameFolded, Token);
        var expected = fitting.Where(id => names[id].StartsWith(folded, StringComparison.Ordinal)).OrderBy(id => names[id], StringComparer.Ordinal).ThenBy(id => id, StringComparer.Ordinal).ToList();
        var seen = new List<string>();
        KeyRow? after = null;
        while (seen.Count <= 3_000)
        {
            var page = await Pages(filter, 37).NamedAsync(beginning, after);
            seen.AddRange(page.Keys.Select(k => k.Id));
            if (page.Next is null) break;
            after = await _db.Keys.AsNoTracking().SingleAsync(k => k.Id == page.Next, Token);
        }

        if (seen.Count > 3_000) expected = [.. expected.Take(seen.Count)];
        seen.ShouldBe(expected);
        seen.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Somebody_who_reaches_some_projects_is_shown_their_keys_only_and_all_of_them()
    {
        var expected = (await _db.Keys.Where(k => k.ProjectId == "prj_2" || k.ProjectId == "prj_3").Select(k => k.Id).ToListAsync(Token)).OrderDescending(StringComparer.Ordinal).ToList();
        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = await Pages(new KeyFilter(), 7, ["prj_2", "prj_3"]).NewestAsync(after);
            seen.AddRange(page.Keys.Select(k => k.Id));
            after = page.Next;
        }
        while (after is not null);
        seen.ShouldBe(expected);
        (await Pages(new KeyFilter(), 7, []).NewestAsync(null)).Keys.ShouldBeEmpty();
        (await Pages(new KeyFilter { ProjectId = "prj_1" }, 7, ["prj_2"]).NewestAsync(null)).Keys.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_is_found_by_what_is_visible_of_its_secrets()
    {
        (await Pages(new KeyFilter(), 20).WithSecretAsync("p00000000123")).Single().Id.ShouldBe(Id(123));
        (await Pages(new KeyFilter(), 20).WithSecretAsync("p0000000012")).Select(k => k.Id).ShouldBe(Enumerable.Range(120, 10).Reverse().Select(Id));
        (await Pages(new KeyFilter(), 20).WithSecretAsync("none")).ShouldBeEmpty();
        (await Pages(new KeyFilter(), 20, ["prj_2"]).WithSecretAsync("p00000000123")).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_page_is_found_by_an_index(string name)
    {
        var filter = Named[name];
        foreach (var after in new[] { null, Id(Count / 2) })
        {
            var pages = Pages(filter, 100);
            if (filter.Tag is { } tag)
            {
                await ShouldBeIndexedAsync(pages.TagRows(tag, after).Take(200), name, "tag=?");
                await ShouldBeIndexedAsync(pages.Among([.. Enumerable.Range(1, 200).Select(Id)]), name);
                continue;
            }

            await ShouldBeIndexedAsync(pages.Led(filter, after), name);
            await ShouldBeIndexedAsync(pages.LedPlace(filter, after).Take(1), name);
        }
    }

    [Fact]
    public async Task A_search_is_found_by_an_index()
    {
        var pages = Pages(new KeyFilter(), 100);
        var (low, high) = KeyPages.NameRange("key 1");
        await ShouldBeIndexedAsync(pages.InNameOrder(low, high, null).Take(101), "first");
        await ShouldBeIndexedAsync(pages.InNameOrder(low, high, "key 12").Take(101), "after");
        await ShouldBeIndexedAsync(pages.SameName(await _db.Keys.FirstAsync(Token)).Take(101), "same");
        await ShouldBeIndexedAsync(pages.WithPublicId("p0000000012").Take(100), "secret");
    }

    [Fact]
    public async Task The_keys_that_count_are_counted_by_an_index() =>
        await ShouldBeIndexedAsync(Scope(null).Keys.Where(k => k.RevokedAtMs == null).Take(1_000), "count");

    [Fact]
    public async Task What_belongs_to_the_keys_of_a_page_is_found_by_their_ids()
    {
        var ids = Enumerable.Range(Count - 100, 100).Select(Id).ToList();
        await ShouldBeIndexedAsync(KeyParts.CredentialsOf(Scope(null), ids), "credentials", "key_id=?");
        await ShouldBeIndexedAsync(KeyParts.TagsOf(Scope(null), ids), "tags", "key_id=?");
        await ShouldBeIndexedAsync(KeyParts.UsesOf(Scope(null), ids), "uses", "key_id=?");
    }

    private async Task ShouldBeIndexedAsync<T>(IQueryable<T> query, string what, string? by = null)
    {
        await using var command = query.CreateDbCommand();
        if (command.Connection!.State is not System.Data.ConnectionState.Open) await _db.Database.OpenConnectionAsync(Token);
        (await bed.ObjectionAsync(command, by)).ShouldBeNull($"{what}: {command.CommandText}");
    }

    private KeyPages Pages(KeyFilter filter, int limit, IReadOnlyList<string>? projects = null) => new(Scope(projects), filter, limit, NowMs, Token);

    private OrganisationScope Scope(IReadOnlyList<string>? projects) =>
        new(_db, new Caller { ActorId = "t", TokenId = "t", OrganisationId = Organisation, Rights = Rights.Everything }, projects);

    private async Task<IReadOnlyList<string>> ExpectedAsync(KeyFilter filter)
    {
        var tagged = filter.Tag is null ? null : (await _db.KeyTags.Where(t => t.Tag == filter.Tag).Select(t => t.KeyId).ToListAsync(Token)).ToHashSet(StringComparer.Ordinal);
        var all = await _db.Keys.AsNoTracking().Where(k => k.OrganisationId == Organisation).ToListAsync(Token);
        return [.. all.Where(k => (filter.Kind is null || k.Kind == filter.Kind) && (filter.Status is null || KeyStatus.Of(k, NowMs) == filter.Status)
            && (filter.ProjectId is null || k.ProjectId == filter.ProjectId) && (filter.OwnerId is null || (k.OwnerId ?? "") == filter.OwnerId) && tagged?.Contains(k.Id) != false)
            .Select(k => k.Id).OrderDescending(StringComparer.Ordinal)];
    }

    private static string Id(int number) => $"key_{number:D8}";
}

public sealed class SqliteKeyPagesTests(SqliteKeyPagesBed bed) : KeyPagesContract(bed), IClassFixture<SqliteKeyPagesBed>;

public sealed class PostgresKeyPagesTests(PostgresKeyPagesBed bed) : KeyPagesContract(bed), IClassFixture<PostgresKeyPagesBed>;
