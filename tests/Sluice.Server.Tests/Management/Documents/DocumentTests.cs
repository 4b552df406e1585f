using Microsoft.EntityFrameworkCore;
using Sluice.Server.Tests.Documents;

namespace Sluice.Server.Tests.Management.Documents;

/// <summary>An uploaded licence is sealed, and handed out to those who may see it and to nobody else.</summary>
public class DocumentTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_licence_is_handed_out_as_a_file_that_no_browser_runs()
    {
        var (_, owner) = await server.AddOrganisationAsync();
        var reply = await server.SendAsync("GET", await LicenceAsync(owner, "营业执照.pdf"), token: owner.Token);
        ((int)reply.Status).ShouldBe(200);
        reply.Bytes.ShouldBe(DocumentSamples.Pdf());
        reply.MediaType.ShouldBe("application/pdf");
        reply.Headers["content-disposition"].ShouldStartWith("attachment;");
        reply.Headers["content-disposition"].ShouldContain("filename*=UTF-8''%E8%90%A5%E4%B8%9A%E6%89%A7%E7%85%A7.pdf");
        reply.Headers["x-content-type-options"].ShouldBe("nosniff");
        reply.Headers["cache-control"].ShouldBe("no-store");
        reply.Headers["content-security-policy"].ShouldBe("sandbox; default-src 'none'");
        reply.Headers["cross-origin-resource-policy"].ShouldBe("same-origin");
    }

    [Fact]
    public async Task A_licence_is_for_reviewers_and_for_those_of_its_organisation_who_may_see_it()
    {
        var (organisation, owner) = await server.AddOrganisationAsync();
        var path = await LicenceAsync(owner);
        foreach (var (role, in_, status) in new[]
        {
            ("role_owner", organisation, 200), ("role_admin", organisation, 200), ("role_auditor", organisation, 200), ("role_developer", organisation, 404), ("role_billing", organisation, 404),
            ("role_ai_engineer", organisation, 404), ("role_operator", ManagementServer.OrganisationA, 200), ("role_owner", ManagementServer.OrganisationA, 200), ("role_admin", ManagementServer.OrganisationA, 404),
            ("role_auditor", ManagementServer.OrganisationA, 404), ("role_owner", ManagementServer.OrganisationB, 404), ("role_operator", ManagementServer.OrganisationB, 404),
        })
        {
            var person = await server.AddPersonAsync(in_, role);
            var reply = await server.SendAsync("GET", path, token: person.Token);
            ((int)reply.Status).ShouldBe(status, $"{role} in {in_}");
            if (status == 404)
                reply.WithoutRequestId.ShouldBe((await server.SendAsync("GET", "/api/v1/documents/doc_none", token: person.Token)).WithoutRequestId);
        }

        var nobody = await server.AddPersonAsync(null);
        ((int)(await server.SendAsync("GET", path, token: nobody.Token)).Status).ShouldBe(404);
        ((int)(await server.SendAsync("GET", path, token: await server.AddTokenAsync(organisation, owner.AccountId, "keys.*"))).Status).ShouldBe(404);
    }

    [Fact]
    public async Task Nothing_of_a_licence_stands_in_the_database_as_it_is()
    {
        var (organisation, owner) = await server.AddOrganisationAsync();
        await LicenceAsync(owner);
        var row = await server.QueryAsync(db => db.Documents.SingleAsync(d => d.OrganisationId == organisation));
        row.SealedContent.AsSpan().IndexOf("%PDF"u8).ShouldBe(-1);
        row.SealedContent.AsSpan().IndexOf("Catalog"u8).ShouldBe(-1);
        row.Bytes.ShouldBe(DocumentSamples.Pdf().Length);
    }

    [Fact]
    public async Task A_content_moved_to_another_row_or_changed_by_one_bit_is_not_handed_out()
    {
        var ((one, owner), (two, other)) = (await server.AddOrganisationAsync(), await server.AddOrganisationAsync());
        var (path, foreign) = (await LicenceAsync(owner), await LicenceAsync(other));
        var box = await server.QueryAsync(db => db.Documents.Where(d => d.OrganisationId == one).Select(d => d.SealedContent).SingleAsync());
        await server.QueryAsync(db => db.Documents.Where(d => d.OrganisationId == two).ExecuteUpdateAsync(set => set.SetProperty(d => d.SealedContent, box)));
        var moved = await server.SendAsync("GET", foreign, token: other.Token);
        ((int)moved.Status).ShouldBe(500);
        moved.Code.ShouldBe("internal_error");
        box[^1] ^= 1;
        await server.QueryAsync(db => db.Documents.Where(d => d.OrganisationId == one).ExecuteUpdateAsync(set => set.SetProperty(d => d.SealedContent, box)));
        ((int)(await server.SendAsync("GET", path, token: owner.Token)).Status).ShouldBe(500);
    }

    [Fact]
    public async Task The_largest_file_is_taken_in_and_handed_out_whole()
    {
        var (_, owner) = await server.AddOrganisationAsync();
        var png = DocumentSamples.Png();
        var padding = new byte[(10 * 1024 * 1024) - png.Length - 12];
        new Random(3).NextBytes(padding);
        byte[] large = [.. png[..33], .. DocumentSamples.Chunk("prVt", padding), .. png[33..]];
        large.Length.ShouldBe(10 * 1024 * 1024);
        var reply = await server.SendAsync("POST", "/api/v1/enterprise-applications", Applications.EnterpriseBody().With(("licence", Applications.File("large.png", "image/png", large))), owner.Token);
        ((int)reply.Status).ShouldBe(201, reply.Text);
        (await server.SendAsync("GET", reply.Json.GetProperty("licence").GetProperty("path").GetString()!, token: owner.Token)).Bytes.AsSpan().SequenceEqual(large).ShouldBeTrue();
    }

    private async Task<string> LicenceAsync(Person owner, string name = "licence.pdf")
    {
        var application = await server.ApplyForEnterpriseAsync(owner.Token, ("licence", Applications.File(name, "application/pdf", DocumentSamples.Pdf())));
        return (await server.SendAsync("GET", $"/api/v1/enterprise-applications/{application}", token: owner.Token)).Json.GetProperty("licence").GetProperty("path").GetString()!;
    }
}
