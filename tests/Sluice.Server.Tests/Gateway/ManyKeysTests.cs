using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Keys;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>
/// How often the database is asked about keys: of a known one never, of an unknown one at most once, of a mistyped one never. With as many keys as a
/// test can make; <c>bench/keys</c> does it with a million.
/// </summary>
public sealed class ManyKeysTests : IDisposable
{
    private const int Keys = 2_000;
    private readonly TempFolder _folder = new();
    private readonly List<string> _texts = [];
    private CountedDirectory _directory = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private async Task SeedAsync()
    {
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions { DataFolder = _folder.File("data") });
        var hasher = server.Services.GetRequiredService<KeyHasher>();
        await using var db = server.Services.GetRequiredService<SluiceDatabase>().CreateContext();
        var project = await db.Projects.AsNoTracking().FirstAsync(Token);
        for (var i = 0; i < Keys; i++)
        {
            var text = KeyText.Create(KeyPurpose.Live, out var publicId).Reveal();
            _texts.Add(text);
            // After those that the first start made.
            var id = $"key_z{i:00000}";
            db.Add(new KeyRow
            {
                Id = id, OrganisationId = project.OrganisationId, ProjectId = project.Id, Name = id, Kind = "production", Enabled = true, ScopeRoutes = "[]", ScopeModels = "[]", AllowedNetworks = "[]",
                CreatedAtMs = 1, UpdatedAtMs = 1,
            });
            db.Add(new KeyCredentialRow
            {
                PublicId = publicId, KeyId = id, OrganisationId = project.OrganisationId, Hash = hasher.Hash(text, out var version), PepperVersion = version, LastFour = text[^4..], CreatedAtMs = 1,
            });
        }
        await db.SaveChangesAsync(Token);
    }

    /// <summary>Starts the server on the seeded keys; the reading stops half-way until <paramref name="release"/> is done.</summary>
    private Task<SluiceServer> StartAsync(Task release) => SluiceServer.StartAsync(new SluiceServerOptions
    {
        DataFolder = _folder.File("data"),
        Services = services => services.AddSingleton<IKeyDirectory>(s => _directory = new CountedDirectory(ActivatorUtilities.CreateInstance<KeyDirectory>(s)) { Release = release, RowsBeforeRelease = Keys / 2 }),
    });

    private static async Task<(int Status, string Body, string? RetryAfter)> AskAsync(SluiceServer server, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("x-api-key", key);
        using var client = server.NewClient(null);
        using var answer = await client.SendAsync(request, Token);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token), answer.Headers.TryGetValues("Retry-After", out var after) ? after.Single() : null);
    }

    private static string Unknown() => KeyText.Create(KeyPurpose.Live, out _).Reveal();

    private static string Mistyped(string key) => key[..^1] + (key[^1] == 'a' ? 'b' : 'a');

    [Fact]
    public async Task The_database_is_asked_once_for_a_key_that_is_not_in_yet_and_never_for_others()
    {
        await SeedAsync();
        var release = new TaskCompletionSource();
        await using var server = await StartAsync(release.Task);
        server.Services.GetRequiredService<KeyTable>().IsComplete.ShouldBeFalse();

        // In already.
        for (var i = 0; i < 20; i++) (await AskAsync(server, _texts[i])).Status.ShouldBe(200);
        _directory.Finds.ShouldBe(0);

        // Not in yet: the row is asked for once, also by many at once.
        var late = _texts[^1];
        (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(server, late)))).ShouldAllBe(answer => answer.Status == 200);
        (await AskAsync(server, late)).Status.ShouldBe(200);
        _directory.Finds.ShouldBe(1);
        (await AskAsync(server, _texts[^2])).Status.ShouldBe(200);
        _directory.Finds.ShouldBe(2);

        var unknown = Unknown();
        for (var i = 0; i < 10; i++) (await AskAsync(server, unknown)).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(401), a => a.Body.ShouldContain("unknown_api_key"));
        _directory.Finds.ShouldBe(3);

        foreach (var key in (string[])[Mistyped(late), Mistyped(_texts[0]), Mistyped(_texts[^3]), "nonsense"])
            (await AskAsync(server, key)).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(401), a => a.Body.ShouldContain("invalid_api_key"));
        _directory.Finds.ShouldBe(3);

        // All in: what is not there does not exist, and nobody is asked.
        release.SetResult();
        await GatewayBed.EventuallyAsync(() => server.Services.GetRequiredService<KeyTable>().IsComplete, "all keys are in");
        foreach (var key in _texts.Take(10).Concat(_texts.TakeLast(10))) (await AskAsync(server, key)).Status.ShouldBe(200);
        for (var i = 0; i < 10; i++) (await AskAsync(server, Unknown())).Body.ShouldContain("unknown_api_key");
        _directory.Finds.ShouldBe(3);
        _directory.Others.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_revoked_while_the_keys_are_read_in_stays_revoked()
    {
        await SeedAsync();
        var release = new TaskCompletionSource();
        await using var server = await StartAsync(release.Task);
        await server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/key_z{Keys - 1:00000}/revoke");
        (await AskAsync(server, _texts[^1])).Body.ShouldContain("revoked_api_key");
        release.SetResult();
        await GatewayBed.EventuallyAsync(() => server.Services.GetRequiredService<KeyTable>().IsComplete, "all keys are in");
        (await AskAsync(server, _texts[^1])).Body.ShouldContain("revoked_api_key");
        (await AskAsync(server, _texts[^2])).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_database_that_fails_makes_a_key_that_is_not_in_yet_503_and_never_401()
    {
        await SeedAsync();
        var release = new TaskCompletionSource();
        await using var server = await StartAsync(release.Task);
        _directory.IsBroken = true;
        foreach (var key in (string[])[_texts[^1], Unknown()])
        {
            var answer = await AskAsync(server, key);
            answer.Status.ShouldBe(503, answer.Body);
            answer.Body.ShouldContain("storage_unavailable");
            answer.RetryAfter.ShouldNotBeNull();
        }
        (await AskAsync(server, _texts[0])).Status.ShouldBe(200);
        _directory.IsBroken = false;
        (await AskAsync(server, _texts[^1])).Status.ShouldBe(200);
        release.SetResult();
    }

    [Fact]
    public async Task Made_up_keys_reach_the_database_100_times_a_second_at_most()
    {
        await SeedAsync();
        var release = new TaskCompletionSource();
        await using var server = await StartAsync(release.Task);
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, 600).Select(_ => AskAsync(server, Unknown())));
        var seconds = System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds;
        ((double)_directory.Finds).ShouldBeLessThanOrEqualTo(KeyLookups.PerSecondMax * (Math.Floor(seconds) + 1));
        answers.Count(a => a.Status == 401).ShouldBe(_directory.Finds);
        foreach (var refused in answers.Where(a => a.Status != 401))
        {
            refused.Status.ShouldBe(503, refused.Body);
            refused.Body.ShouldContain("overloaded");
            refused.RetryAfter.ShouldBe("1");
        }
        // Keys that are in are not kept waiting by them.
        (await AskAsync(server, _texts[0])).Status.ShouldBe(200);
        release.SetResult();
    }
}
