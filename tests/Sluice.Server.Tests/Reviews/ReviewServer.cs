using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Reviews;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Management;

namespace Sluice.Server.Tests.Reviews;

/// <summary>A management server of its own for each test, with what reviews are about.</summary>
internal sealed class ReviewServer : IAsyncDisposable
{
    public const string A = ManagementServer.OrganisationA;
    public const string B = ManagementServer.OrganisationB;
    public const string Chat = "POST /v1/chat/completions";

    public ManagementServer Server { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<ReviewServer> NewAsync()
    {
        var server = new ReviewServer();
        await server.Server.InitializeAsync();
        return server;
    }

    public LookAfterReviews NewJob() => ActivatorUtilities.CreateInstance<LookAfterReviews>(Server.Services);

    /// <summary>Lets time pass and the job look once.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Server.Time.Advance(time);
        using var job = NewJob();
        await job.RunOnceAsync(Token);
    }

    /// <summary>A key that is old enough to be judged.</summary>
    public async Task<string> AddKeyAsync(string organisationId, string? ownerId = null, string routes = "[]", string models = "[]", int ageDays = 100)
    {
        var now = Server.Time.GetUtcNow();
        var id = ObjectId.New(ObjectId.Key, now);
        var ms = now.AddDays(-ageDays).ToUnixTimeMilliseconds();
        await using var db = Server.Database.CreateContext();
        db.Keys.Add(new KeyRow
        {
            Id = id, OrganisationId = organisationId, ProjectId = organisationId == A ? ManagementServer.ProjectA : ManagementServer.ProjectB, Name = "k", NameFolded = "k", Kind = "production", Enabled = true,
            ScopeRoutes = routes, ScopeModels = models, AllowedNetworks = "[]", OwnerId = ownerId, CreatedAtMs = ms, UpdatedAtMs = ms,
        });
        await db.SaveChangesAsync(Token);
        return id;
    }

    public Task CallAsync(string keyId, string model = "deepseek-chat", string endpoint = Chat, string organisationId = A) => StorageParts.AddRecordAsync(Server, organisationId, record =>
    {
        (record.KeyId, record.ModelAsked, record.ModelUsed, record.Endpoint) = (keyId, model, model, endpoint);
        // A request id of the gateway's making, so that the record lies in its own day's table.
        record.RequestId = Storage.Records.RequestIdsOfTests.At(DateTimeOffset.FromUnixTimeMilliseconds(record.StartedAtMs));
    });

    public async Task<string> StartAsync(string? body = null, string? token = null)
    {
        var reply = await Server.SendAsync("POST", "/api/v1/access-reviews", body, token);
        reply.Status.ShouldBe(HttpStatusCode.Created, reply.Text);
        return reply.Id;
    }

    public async Task<IReadOnlyList<JsonElement>> ItemsAsync(string reviewId, string query = "", string? token = null) =>
        [.. (await Server.SendAsync("GET", $"/api/v1/access-reviews/{reviewId}/items?limit=100{query}", token: token)).Json.GetProperty("data").EnumerateArray()];

    public async Task<JsonElement> ItemOfAsync(string reviewId, string subjectId) => (await ItemsAsync(reviewId, "&subjectId=" + subjectId)).Single();

    public async Task<Reply> DecideAsync(string reviewId, string subjectId, string verb, string? body = null, string? token = null) =>
        await Server.SendAsync("POST", $"/api/v1/access-reviews/{reviewId}/items/{(await ItemOfAsync(reviewId, subjectId)).GetProperty("id").GetString()}/{verb}", body, token);

    public async Task<JsonElement> ReviewAsync(string reviewId) => (await Server.SendAsync("GET", "/api/v1/access-reviews/" + reviewId)).Json;

    public Task<KeyRow> KeyAsync(string id) => Server.QueryAsync(db => db.Keys.AsNoTracking().SingleAsync(k => k.Id == id));

    public Task<List<AccessReviewRow>> ReviewsAsync(string organisationId) => Server.QueryAsync(db => db.AccessReviews.AsNoTracking().Where(r => r.OrganisationId == organisationId).OrderBy(r => r.Id).ToListAsync());

    /// <summary>What the system did, oldest first.</summary>
    public Task<List<string>> SystemActsAsync(string organisationId) => Server.QueryAsync(db => db.AuditEntries.Where(a => a.OrganisationId == organisationId && a.ActorId == "system").OrderBy(a => a.Seq).Select(a => a.Action).ToListAsync());

    public Task<List<NotificationRow>> NewsAsync(string accountId) => Server.QueryAsync(db => db.Notifications.AsNoTracking().Where(n => n.AccountId == accountId).OrderBy(n => n.Id).ToListAsync());

    public async Task<string> AssignmentOfAsync(string accountId) => (await Server.QueryAsync(db => db.Assignments.AsNoTracking().SingleAsync(a => a.AccountId == accountId))).Id;

    /// <summary>Makes everybody's roles old enough to be judged.</summary>
    public Task AgeAssignmentsAsync(int days) => Server.QueryAsync(db => db.Assignments.ExecuteUpdateAsync(s => s.SetProperty(a => a.CreatedAtMs, Server.Time.GetUtcNow().AddDays(-days).ToUnixTimeMilliseconds())));

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
