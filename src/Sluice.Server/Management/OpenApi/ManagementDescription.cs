using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.OpenApi;

/// <summary>The description of the API at <c>/openapi/v1.json</c>, made from the same operations that are served.</summary>
internal static class ManagementDescription
{
    private static readonly MethodInfo Undescribed = typeof(ManagementDescription).GetMethod(nameof(Handler), BindingFlags.Static | BindingFlags.NonPublic)!;

    public static IServiceCollection AddManagementDescription(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(static options => DescribedTypes.Configure(options.SerializerOptions));
        return services.AddOpenApi("v1", static options =>
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

    public static void MapManagementDescription(this IEndpointRouteBuilder app) => app.MapOpenApi("/openapi/{documentName}.json");

    public static void Described(this IEndpointConventionBuilder endpoint, Operation operation)
    {
        // The framework describes endpoints that come from a method; this one has no parameters, so that all of them come from the operation.
        endpoint.WithMetadata(Undescribed, operation);
        endpoint.WithMetadata(new EndpointNameMetadata(operation.Name), new TagsAttribute(Tag(operation)));
        if (operation.Body is { } body)
            endpoint.WithMetadata(new AcceptsMetadata(["application/json"], body, operation.BodyOptional));
        endpoint.WithMetadata(operation.Answer is { } answer
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
        if (operation.Method == HttpMethods.Post)
            all = [.. all, 422, 429];
        return all.Distinct().Order();
    }

    private static string Tag(Operation operation) => operation.Path.Split('/')[1];

    private static void Handler()
    {
    }
}
