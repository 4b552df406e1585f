using System.Text.Json;
using Sluice.Server.Management;

namespace Sluice.Server.Tests.Management;

public class OpenApiTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task The_description_is_of_version_3_1_and_needs_no_caller()
    {
        var reply = await server.SendAsync("GET", "/openapi/v1.json", token: "");
        reply.Status.ShouldBe(System.Net.HttpStatusCode.OK, server.Log);
        reply.Json.GetProperty("openapi").GetString().ShouldStartWith("3.1");
    }

    [Fact]
    public async Task Every_operation_is_described_with_its_bodies_refusals_and_caller()
    {
        var paths = (await DocumentAsync()).GetProperty("paths");
        foreach (var operation in ManagementRoutes.All)
        {
            var described = paths.GetProperty("/api/v1" + operation.Path).GetProperty(operation.Method.ToLowerInvariant());
            described.GetProperty("operationId").GetString().ShouldBe(operation.Name);
            if (operation.Open is not null)
                described.GetProperty("security").GetArrayLength().ShouldBe(0, operation.Name);
            else
                described.GetProperty("security")[0].TryGetProperty("managementToken", out _).ShouldBeTrue(operation.Name);
            var responses = described.GetProperty("responses");
            if (operation.Answer is not null)
                responses.GetProperty(operation.Status.ToString()).GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString().ShouldStartWith("#/components/schemas/");
            foreach (var status in operation.Refuses.Append(401))
                responses.GetProperty(status.ToString()).GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("$ref").GetString().ShouldBe("#/components/schemas/ProblemBody");
            if (operation.Body is not null)
            {
                var body = described.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
                body.GetProperty("schema").GetProperty("$ref").GetString().ShouldBe($"#/components/schemas/{operation.Body.Name}");
                body.TryGetProperty("example", out _).ShouldBeTrue(operation.Name);
            }

            var parameters = described.TryGetProperty("parameters", out var list) ? list.EnumerateArray().Select(p => p.GetProperty("name").GetString()).ToList() : [];
            operation.Query.Select(q => q.Name).Except(parameters).ShouldBeEmpty(operation.Name);
            parameters.Contains("id").ShouldBe(operation.Path.Contains("{id}", StringComparison.Ordinal), operation.Name);
        }
    }

    [Fact]
    public async Task Nothing_is_described_that_is_not_served()
    {
        var described = (await DocumentAsync()).GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => $"{o.Name.ToUpperInvariant()} {p.Name}"));
        described.Order(StringComparer.Ordinal).ShouldBe(ManagementRoutes.All.Select(o => $"{o.Method} /api/v1{o.Path}").Append("POST /v1/chat/completions").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        var document = await DocumentAsync();
        var references = new List<string>();
        Collect(document, references);
        references.ShouldNotBeEmpty();
        foreach (var reference in references.Distinct())
        {
            reference.ShouldStartWith("#/");
            var at = document;
            foreach (var step in reference[2..].Split('/'))
            {
                at.ValueKind.ShouldBe(JsonValueKind.Object, reference);
                at.TryGetProperty(step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal), out at).ShouldBeTrue(reference);
            }
        }
    }

    [Fact]
    public async Task Members_are_spelled_and_typed_as_they_are_on_the_wire()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");
        var update = schemas.GetProperty("UpdateKeyBody").GetProperty("properties");
        update.GetProperty("name").GetProperty("type").EnumerateArray().Select(t => t.GetString()).ShouldBe(["null", "string"], ignoreOrder: true);
        update.GetProperty("expiresAt").GetProperty("format").GetString().ShouldBe("date-time");
        schemas.GetProperty("ChatCompletionRequest").GetProperty("properties").TryGetProperty("max_tokens", out _).ShouldBeTrue();
        schemas.GetProperty("KeyAnswer").GetProperty("required").EnumerateArray().Select(r => r.GetString()).ShouldContain("lastFour");
    }

    private async Task<JsonElement> DocumentAsync() => (await server.SendAsync("GET", "/openapi/v1.json", token: "")).Json;

    private static void Collect(JsonElement element, List<string> references)
    {
        if (element.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (member.Name is "$ref" && member.Value.ValueKind is JsonValueKind.String)
                    references.Add(member.Value.GetString()!);
                Collect(member.Value, references);
            }
        }
        else if (element.ValueKind is JsonValueKind.Array)
        {
            foreach (var entry in element.EnumerateArray())
                Collect(entry, references);
        }
    }
}
