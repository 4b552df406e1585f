using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Messages;

namespace Sluice.Server.Tests.Management;

/// <summary>An object for every address that names one, made afresh in an organisation, so that an operation has something to work on.</summary>
internal static class MatrixObjects
{
    /// <summary>An id of the same kind that does not exist.</summary>
    public static string Absent(string id) => id.Contains('_', StringComparison.Ordinal) ? id[..(id.IndexOf('_', StringComparison.Ordinal) + 1)] + "00000000000000000000000000" : "absent";

    /// <param name="person">Who will ask: what is somebody's own is made theirs.</param>
    /// <returns>What stands for <c>{id}</c> and <c>{item}</c>.</returns>
    /// <exception cref="InvalidOperationException">There is nothing here for this address yet.</exception>
    public static async Task<(string Id, string Item)> CreateAsync(ManagementServer server, Operation operation, string organisation, Person person)
    {
        if (!operation.Path.Contains("{id}", StringComparison.Ordinal))
            return ("", "");
        await using var db = server.Database.CreateContext();
        var now = server.Time.GetUtcNow();
        var nowMs = now.ToUnixTimeMilliseconds();
        var project = organisation == ManagementServer.OrganisationA ? ManagementServer.ProjectA : ManagementServer.ProjectB;
        var made = operation.Path.Split('/')[1] switch
        {
            "keys" => (AddKey().Id, ""),
            "projects" => (AddProject().Id, ""),
            "upstreams" => (await server.CreateUpstreamAsync("u" + Guid.CreateVersion7().ToString("N")), ""),
            "access-reviews" => AddReview(),
            "outbox" => (await server.AddMessageAsync("held"), ""),
            "me" when operation.Path.StartsWith("/me/notifications/", StringComparison.Ordinal) => (AddNotification().Id, ""),
            "requests" => (await StorageParts.AddRecordAsync(server, organisation), ""),
            var collection => throw new InvalidOperationException($"The matrix makes no object for '{collection}' yet, which '{operation.Name}' is about."),
        };
        await db.SaveChangesAsync();
        return made;

        KeyRow AddKey()
        {
            var key = new KeyRow
            {
                Id = ObjectId.New(ObjectId.Key, now), OrganisationId = organisation, ProjectId = project, Name = "k", NameFolded = "k", Kind = "test", Enabled = true,
                ScopeRoutes = "[]", ScopeModels = "[]", AllowedNetworks = "[]", CallsPerDay = 500, CreatedAtMs = nowMs, UpdatedAtMs = nowMs,
            };
            db.Keys.Add(key);
            return key;
        }

        (string, string) AddReview()
        {
            var review = new AccessReviewRow { Id = ObjectId.New(ObjectId.Review, now), OrganisationId = organisation, Name = "r", Status = "open", CreatedAtMs = nowMs, CreatedBy = "test", DueAtMs = nowMs + 1000 };
            db.AccessReviews.Add(review);
            // Two: deciding one leaves the other open.
            var items = new[] { AddKey().Id, AddKey().Id }.Select(keyId => new ReviewItemRow
            {
                Id = ObjectId.New(ObjectId.ReviewItem, now), ReviewId = review.Id, OrganisationId = organisation, SubjectKind = "key", SubjectId = keyId, Title = "k", Findings = "[]", Proposed = """{"expiresInDays":90}""",
            }).ToList();
            db.ReviewItems.AddRange(items);
            return (review.Id, operation.Path.Contains("{item}", StringComparison.Ordinal) ? items[0].Id : "");
        }

        NotificationRow AddNotification()
        {
            var row = new NotificationRow { Id = ObjectId.New(ObjectId.Notification, now), AccountId = person.AccountId, Kind = "test", SubjectId = "key_1", Text = "t", CreatedAtMs = nowMs };
            db.Notifications.Add(row);
            return row;
        }

        ProjectRow AddProject()
        {
            var row = new ProjectRow { Id = ObjectId.New(ObjectId.Project, now), OrganisationId = organisation, Name = "p", CreatedAtMs = nowMs, UpdatedAtMs = nowMs };
            db.Projects.Add(row);
            return row;
        }
    }
}
