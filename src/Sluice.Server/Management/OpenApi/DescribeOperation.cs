using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.OpenApi;

/// <summary>Adds what an operation knows of itself: parameters, example, permission, headers.</summary>
internal static class DescribeOperation
{
    private static readonly Dictionary<int, string> RefusalTexts = new()
    {
        [400] = "Body, query or a header is not as it must be; `errors` names each field.",
        [401] = "Token or session is missing, malformed, unknown, expired or revoked, or the account is suspended.",
        [403] = "The caller lacks the permission.",
        [404] = "No such object in the caller's organisation.",
        [409] = "The state of the object does not allow it.",
        [412] = "The object is in another version than `If-Match` names.",
        [413] = "The body is too large.",
        [415] = "The body is not `application/json`.",
        [422] = "The Idempotency-Key was used for another request, or a stored secret must be entered again.",
        [429] = "Too many calls: of strangers from one address within a minute, or with an Idempotency-Key in 24 hours.",
        [500] = "A defect of Sluice.",
        [503] = "The database does not answer, or this node is at its capacity.",
    };

    public static Task TransformAsync(OpenApiOperation described, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Operation>().FirstOrDefault() is not { } operation)
            return Task.CompletedTask;

        described.OperationId = operation.Name;
        described.Summary = operation.Summary;
        described.Description = $"{operation.Description}\n\n{Needs(operation)}".Trim();
        described.Parameters = [];
        if (operation.Path.Contains("{id}", StringComparison.Ordinal))
            described.Parameters.Add(Parameter("id", ParameterLocation.Path, "Id of the object.", required: true));
        if (operation.Path.Contains("{item}", StringComparison.Ordinal))
            described.Parameters.Add(Parameter("item", ParameterLocation.Path, "Id of what lies in the object.", required: true));
        foreach (var query in operation.Query)
            described.Parameters.Add(Parameter(query.Name, ParameterLocation.Query, query.Description, required: false, query.Name is "limit" ? JsonSchemaType.Integer : JsonSchemaType.String, query.Allowed));
        if (operation.Open is null)
            described.Parameters.Add(Parameter(AuthenticateCaller.OrganisationHeader, ParameterLocation.Header, "Id of the organisation to act in, for a signed-in person who belongs to several.", required: false));
        if (operation.Method is "PATCH" or "PUT")
            described.Parameters.Add(Parameter("If-Match", ParameterLocation.Header, "The `ETag` of the version that the change was decided on; another version is refused (412).", required: false));
        if (operation.Method is "POST" && operation.Open is null)
            described.Parameters.Add(Parameter("Idempotency-Key", ParameterLocation.Header, "1–255 visible ASCII characters. The same key with the same request is answered again for 24 hours without doing it again, a new secret included; with another request it is refused (422). Refused calls are not remembered.", required: false));
        if (described.RequestBody is OpenApiRequestBody { Content: { } contents } body)
        {
            body.Required = !operation.BodyOptional;
            if (contents.TryGetValue("application/json", out var content))
            {
                // A generic parameter passes for one that may be null.
                content.Schema = new OpenApiSchemaReference(operation.Body!.Name, context.Document);
                content.Example = operation.BodyExample is { } example ? JsonNode.Parse(example) : null;
            }
        }

        foreach (var (status, response) in described.Responses ?? [])
        {
            if (response is not OpenApiResponse answer)
                continue;
            var code = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);
            answer.Description = RefusalTexts.GetValueOrDefault(code, operation.Summary + ".");
            answer.Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["x-request-id"] = new OpenApiHeader { Description = "Names this call in logs and to support.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            };
            if (code == 201)
                answer.Headers["Location"] = new OpenApiHeader { Description = "Path of the new object.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        }

        described.Security = operation.Open is not null ? [] : [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(DescribeDocument.ManagementToken, context.Document)] = [] }];
        return Task.CompletedTask;
    }

    private static string Needs(Operation operation) => operation switch
    {
        { Open: { } why } => $"Needs no caller: {why}",
        { Permission: { } permission } => $"Needs the permission `{permission}`.",
        { NeedsPerson: true } => "Needs a person: a session, or a token that belongs to one.",
        _ => "Needs a caller, whoever it is.",
    };

    private static OpenApiParameter Parameter(string name, ParameterLocation place, string description, bool required, JsonSchemaType type = JsonSchemaType.String, IReadOnlyList<string>? allowed = null) => new()
    {
        Name = name,
        In = place,
        Description = description,
        Required = required,
        Schema = new OpenApiSchema { Type = type, Enum = allowed is { Count: > 0 } ? [.. allowed.Select(static a => JsonValue.Create(a))] : null },
    };
}
