using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management;

/// <summary>Makes one object of organisation A for each kind that is applied for, reviewed or answered.</summary>
internal static class ReviewedObjects
{
    public static readonly IReadOnlyList<string> Kinds =
        ["quota-applications", "reviews/quota", "quota-grants", "enterprise-applications", "reviews/enterprise", "tickets", "support/tickets", "documents"];

    /// <summary>What stands before <c>{id}</c> in a route.</summary>
    public static string KindOf(string path) => path.Split("/{id}")[0].TrimStart('/');

    public static async Task<string> NewAsync(ManagementServer server, string kind)
    {
        if (kind is "documents")
            return await NewDocumentAsync(server);
        var person = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_developer");
        var operation = ManagementRoutes.All.First(o => o.Path.StartsWith($"/{kind}/{{id}}", StringComparison.Ordinal));
        return (await MatrixObjects.CreateAsync(server, operation, ManagementServer.OrganisationA, person)).Id;
    }

    private static async Task<string> NewDocumentAsync(ManagementServer server)
    {
        var id = ObjectId.New(ObjectId.Document, server.Time.GetUtcNow());
        var box = server.Services.GetRequiredService<SecretSealer>().SealBytes("%PDF-"u8, id, "licence", ManagementServer.OrganisationA);
        await server.QueryAsync(async db =>
        {
            db.Documents.Add(new DocumentRow
            {
                Id = id, OrganisationId = ManagementServer.OrganisationA, Purpose = "licence", FileName = "a.pdf", MediaType = "application/pdf", Bytes = 5, SealedContent = box, CreatedAtMs = 0, CreatedBy = "test",
            });
            return await db.SaveChangesAsync();
        });
        return id;
    }
}
