using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Keys;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Keys;

/// <summary>Keys in an order of one's own: complete when walked to the end, in order, and each page by an index.</summary>
public abstract class SortedKeyPagesContract(KeyPagesBed bed) : IAsyncLifetime
{
    private const long NowMs = 1_000_000;
    private readonly SluiceDb _db = bed.Database.CreateContext();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (await _db.KeyUses.AnyAsync(Token))
            return;
        foreach (var key in await _db.Keys.Where(k => k.CreatedAtMs <= 700 || k.CreatedAtMs > KeyPagesBed.Count - 700).Select(k => new { k.Id, k.CreatedAtMs }).ToListAsync(Token))
            _db.KeyUses.Add(new KeyUseRow { KeyId = key.Id, OrganisationId = KeyPagesBed.Organisation, LastUsedAtMs = (key.CreatedAtMs * 7 % 300 * 100) + 1, LastIp = "", Calls = 1 });
        await _db.SaveChangesAsync(Token);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _db.DisposeAsync();
    }

    public static TheoryData<string, bool, string> Orders
    {
        get
        {
            var all = new TheoryData<string, bool, string>();
            foreach (var sort in Enum.GetNames<KeySort>())
            {
                foreach (var descending in new[] { false, true })
                {
                    foreach (var filter in new[] { "all", "rare tag", "kind and status", "unused", "project", "name" })
                        all.Add(sort, descending, filter);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task An_order_walked_to_its_end_holds_every_key_that_fits_once(string sortName, bool descending, string what)
    {
        var sort = Enum.Parse<KeySort>(sortName);
        var filter = what switch
        {
            "rare tag" => new KeyFilter { Tag = "rare" },
            "kind and status" => new KeyFilter { Kind = KeyKinds.Production, Status = KeyStatuses.Expired },
            _ => new KeyFilter(),
        };
        long? unusedSince = what == "unused" ? 15_000 : null;
        var names = what == "name" ? "key 24" : null;
        IReadOnlyList<string>? projects = what == "project" ? ["prj_2", "prj_3"] : null;

        var uses = await _db.KeyUses.ToDictionaryAsync(u => u.KeyId, u => (long?)u.LastUsedAtMs, Token);
        var tagged = (await _db.KeyTags.Where(t => t.Tag == "rare").Select(t => t.KeyId).ToListAsync(Token)).ToHashSet();
        var fitting = (await _db.Keys.AsNoTracking().Where(k => k.OrganisationId == KeyPagesBed.Organisation).ToListAsync(Token)).Where(k =>
            (filter.Tag is null || tagged.Contains(k.Id)) && (filter.Kind is null || (k.Kind == filter.Kind && KeyStatus.Of(k, NowMs) == filter.Status)) && projects?.Contains(k.ProjectId) != false
            && (unusedSince is null || (k.CreatedAtMs < unusedSince && !(uses.GetValueOrDefault(k.Id) >= unusedSince))) && (names is null || k.NameFolded.StartsWith(names, StringComparison.Ordinal)));
        long Value(KeyRow k) => sort switch
        {
            KeySort.Expires => k.ExpiresAtMs ?? (descending ? long.MinValue : long.MaxValue),
            KeySort.LastUsed => uses.GetValueOrDefault(k.Id) ?? long.MinValue,
            _ => 0,
        };
        string Name(KeyRow k) => sort is KeySort.Name ? k.NameFolded : "";
        var expected = (descending
            ? fitting.OrderByDescending(Value).ThenByDescending(Name, StringComparer.Ordinal).ThenByDescending(k => k.Id, StringComparer.Ordinal)
            : fitting.OrderBy(Value).ThenBy(Name, StringComparer.Ordinal).ThenBy(k => k.Id, StringComparer.Ordinal)).Select(k => k.Id).ToList();

        var seen = new List<string>();
        string? place = null;
        do
        {
            var page = await new SortedKeyPages(Scope(projects), filter, sort, descending, names, unusedSince, 100, NowMs, Token).ReadAsync(place);
            page.Keys.Count.ShouldBeLessThanOrEqualTo(100);
            seen.AddRange(page.Keys.Select(k => k.Id));
            place = page.Next;
            (place is null || SortedKeyPages.IsPlace(place)).ShouldBeTrue();
            if (seen.Count > 2_000) break;
        }
        while (place is not null);
        seen.ShouldNotBeEmpty();
        seen.ShouldBe(place is null ? expected : expected.Take(seen.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_order_is_walked_along_an_index(bool descending)
    {
        SortedKeyPages Pages(KeySort sort, string? names = null) => new(Scope(null), new KeyFilter(), sort, descending, names, null, 100, NowMs, Token);
        var key = await _db.Keys.AsNoTracking().FirstAsync(k => k.ExpiresAtMs != null, Token);
        await ShouldBeIndexedAsync(Pages(KeySort.Created).ByCreation(key.Id).Take(KeyPages.LookedAtMax));
        await ShouldBeIndexedAsync(Pages(KeySort.Name).ByName(key).Take(KeyPages.LookedAtMax));
        await ShouldBeIndexedAsync(Pages(KeySort.Name, "key 2").ByName(key).Take(KeyPages.LookedAtMax));
        await ShouldBeIndexedAsync(Pages(KeySort.Expires).ByExpiry(5, key.Id).Take(KeyPages.LookedAtMax));
        await ShouldBeIndexedAsync(Pages(KeySort.Expires).WithoutValue(key.Id).Take(KeyPages.LookedAtMax));
        await ShouldBeIndexedAsync(Pages(KeySort.LastUsed).ByUse(500, key.Id).Take(500));
        await ShouldBeIndexedAsync(Pages(KeySort.LastUsed).WithoutValue(key.Id).Take(KeyPages.LookedAtMax));
    }

    private async Task ShouldBeIndexedAsync<T>(IQueryable<T> query)
    {
        await using var command = query.CreateDbCommand();
        if (command.Connection!.State is not System.Data.ConnectionState.Open) await _db.Database.OpenConnectionAsync(Token);
        (await bed.ObjectionAsync(command, null)).ShouldBeNull(command.CommandText);
    }

    private OrganisationScope Scope(IReadOnlyList<string>? projects) =>
        new(_db, new Caller { ActorId = "t", TokenId = "t", OrganisationId = KeyPagesBed.Organisation, Rights = Rights.Everything }, projects);
}

public sealed class SqliteSortedKeyPagesTests(SqliteKeyPagesBed bed) : SortedKeyPagesContract(bed), IClassFixture<SqliteKeyPagesBed>;

public sealed class PostgresSortedKeyPagesTests(PostgresKeyPagesBed bed) : SortedKeyPagesContract(bed), IClassFixture<PostgresKeyPagesBed>;
