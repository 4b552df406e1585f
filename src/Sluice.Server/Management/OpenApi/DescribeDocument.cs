using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Sluice.Server.Management.OpenApi;

/// <summary>What stands above all operations: title, how to authenticate.</summary>
internal static class DescribeDocument
{
    public const string ManagementToken = "managementToken";
    public const string ApiKey = "apiKey";

    public static Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Sluice",
            Version = "v1",
            Description = "Management of keys, projects and upstreams under /api/v1 (errors are application/problem+json), and the OpenAI-compatible gateway beside it (errors are OpenAI error objects).",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        // Whatever host name the asking request happened to carry says nothing about where the API is.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [ManagementToken] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "sk-slc_mgmt_…",
                Description = "A management token. API keys are not accepted here.",
            },
            [ApiKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "sk-slc_test_… or sk-slc_live_…",
                Description = "An API key of the gateway. Management tokens are not accepted here.",
            },
        };
        return Task.CompletedTask;
    }
}
