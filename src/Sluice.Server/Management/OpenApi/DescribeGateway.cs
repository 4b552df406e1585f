using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Sluice.Contracts.Balance;
using Sluice.Contracts.Chat;
using Sluice.Contracts.Completions;
using Sluice.Contracts.Embeddings;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Images;
using Sluice.Contracts.Models;

namespace Sluice.Server.Management.OpenApi;

/// <summary>Describes the gateway's endpoints, as far as they are mapped, by their contracts.</summary>
internal static class DescribeGateway
{
    private static readonly Row[] Rows =
    [
        new("POST", "/v1/chat/completions", "createChatCompletion", "Chat", typeof(ChatCompletionRequest), typeof(ChatCompletion), Streams: true),
        new("POST", "/v1/completions", "createCompletion", "Complete a prompt", typeof(CompletionRequest), typeof(Completion), Streams: true),
        new("POST", "/beta/completions", "createFimCompletion", "Fill in the middle", typeof(CompletionRequest), typeof(Completion), Streams: true),
        new("POST", "/v1/embeddings", "createEmbeddings", "Embed texts", typeof(EmbeddingRequest), typeof(EmbeddingList)),
        new("POST", "/v1/images/generations", "createImages", "Make images", typeof(ImageRequest), typeof(ImageList)),
        new("GET", "/v1/models", "listModels", "List models", null, typeof(ModelList)),
        new("GET", "/user/balance", "getBalance", "Get the balance", null, typeof(UserBalance)),
    ];

    private sealed record Row(string Method, string Path, string Name, string Summary, Type? Body, Type Answer, bool Streams = false);

    public static async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var mapped = context.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(static e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Select(method => (method, "/" + e.RoutePattern.RawText?.Trim('/'))) ?? [])
            .ToHashSet();
        foreach (var row in Rows.Where(row => mapped.Contains((row.Method, row.Path))))
        {
            var operation = new OpenApiOperation
            {
                OperationId = row.Name,
                Summary = row.Summary,
                Tags = new HashSet<OpenApiTagReference> { new("gateway", document) },
                Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(DescribeDocument.ApiKey, document)] = [] }],
                Responses = new OpenApiResponses
                {
                    ["200"] = new OpenApiResponse { Description = row.Summary + ".", Content = await ContentAsync("application/json", row.Answer) },
                    ["4XX"] = new OpenApiResponse { Description = "The call was refused; `code` says why and `message` what to do.", Content = await ContentAsync("application/json", typeof(ErrorBody)) },
                    ["5XX"] = new OpenApiResponse { Description = "Sluice or the upstream failed.", Content = await ContentAsync("application/json", typeof(ErrorBody)) },
                },
            };
            if (row.Streams)
                operation.Responses["200"].Content!["text/event-stream"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "With `\"stream\": true`: chunks as server-sent events, ended by `data: [DONE]`." } };
            if (row.Body is { } body)
                operation.RequestBody = new OpenApiRequestBody { Required = true, Content = await ContentAsync("application/json", body) };
            document.Tags ??= new HashSet<OpenApiTag>();
            document.Tags.Add(new OpenApiTag { Name = "gateway" });
            document.Paths.TryAdd(row.Path, new OpenApiPathItem());
            ((OpenApiPathItem)document.Paths[row.Path]).AddOperation(new HttpMethod(row.Method), operation);
        }

        async Task<Dictionary<string, OpenApiMediaType>> ContentAsync(string mediaType, Type type)
        {
            if (document.Components?.Schemas?.ContainsKey(type.Name) != true)
                document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancellationToken));
            return new Dictionary<string, OpenApiMediaType> { [mediaType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(type.Name, document) } };
        }
    }
}
