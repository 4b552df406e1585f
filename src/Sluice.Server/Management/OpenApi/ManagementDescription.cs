using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.OpenApi;

/// <summary>The description of the API at <c>/openapi/v1.json</c>, made from the same operations that are served.</summary>
internal static class ManagementDescription
{
    private const string DocumentName = "v1";
    private static readonly MethodInfo WithoutBody = typeof(ManagementDescription).GetMethod(nameof(Handle), BindingFlags.Static | BindingFlags.NonPublic)!;
    private static readonly MethodInfo WithBody = typeof(ManagementDescription).GetMethod(nameof(HandleBody), BindingFlags.Static | BindingFlags.NonPublic)!;

    public static IServiceCollection AddManagementDescription(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(static options => DescribedTypes.Configure(options.SerializerOptions));
        return services.AddOpenApi(DocumentName, static options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            // Only what says what it is: the host's other endpoints are not part of the API.
            options.ShouldInclude = static description => description.ActionDescriptor.EndpointMetadata.OfType<Operation>().Any();
            options.CreateSchemaReferenceId = DescribedTypes.ReferenceId;
            options.AddSchemaTransformer(DescribedTypes.TransformAsync);
            options.AddOperationTransformer(DescribeOperation.TransformAsync);
            options.AddDocumentTransformer(DescribeDocument.TransformAsync);
            options.AddDocumentTransformer(DescribeGateway.TransformAsync);
        });
    }

    public static void MapManagementDescription(this IEndpointRouteBuilder app)
    {
        // Made once and off the socket threads: it takes a while, and anybody may ask for it.
        var services = app.ServiceProvider;
        var document = new Lazy<Task<byte[]>>(() => Task.Run(() => MakeAsync(services)));
        app.MapGet("/openapi/v1.json", http => ServeAsync(http, document)).ExcludeFromDescription();
    }

    private static async Task ServeAsync(HttpContext http, Lazy<Task<byte[]>> document)
    {
        var bytes = await document.Value;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static async Task<byte[]> MakeAsync(IServiceProvider services)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(DocumentName).GetOpenApiDocumentAsync();
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
        return stream.ToArray();
    }

    public static void Described(this IEndpointConventionBuilder endpoint, Operation operation)
    {
        // The framework describes endpoints that come from a method, and bodies by the method's parameters. This method only tells it the type; all else
        // comes from the operation. (Metadata of what is accepted would also take part in routing, where another content type would find the wrong endpoint.)
        var method = operation.Body is { } body ? WithBody.MakeGenericMethod(body) : WithoutBody;
        endpoint.WithMetadata(method, operation);
        foreach (var parameter in method.GetParameters())
            endpoint.WithMetadata(new BodyParameter(parameter, operation.BodyOptional));
        endpoint.WithMetadata(new EndpointNameMetadata(operation.Name), new TagsAttribute(Tag(operation)));
        endpoint.WithMetadata(operation.Streams.Count > 0
            ? new ProducesResponseTypeMetadata(operation.Status, typeof(string), [.. operation.Streams])
            : operation.Answer is { } answer
            ? new ProducesResponseTypeMetadata(operation.Status, answer, ["application/json"])
            : new ProducesResponseTypeMetadata(operation.Status));
        foreach (var status in Refusals(operation))
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(ProblemBody), [ProblemBody.MediaType]));
    }

    /// <summary>Every status an operation may refuse with.</summary>
    public static IEnumerable<int> Refusals(Operation operation)
    {
        IEnumerable<int> all = [400, 401, 403, 500, 503, .. operation.Refuses];
        if (operation.Body is not null)
            all = [.. all, 413, 415];
        if (operation.Method is "PATCH" or "PUT")
            all = [.. all, 412];
        if (operation.Method == HttpMethods.Post)
            all = [.. all, 422, 429];
        return all.Distinct().Order();
    }

    private static string Tag(Operation operation) => operation.Path.Split('/')[1];

    private static void Handle()
    {
    }

    private static void HandleBody<T>([FromBody] T body) => _ = body;

    private sealed record BodyParameter(ParameterInfo ParameterInfo, bool IsOptional) : IParameterBindingMetadata
    {
        public string Name => ParameterInfo.Name!;
        public bool HasTryParse => false;
        public bool HasBindAsync => false;
    }
}
