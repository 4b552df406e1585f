using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Json;
using Sluice.Contracts.Management;

namespace Sluice.Server.Management.OpenApi;

/// <summary>Makes schemas out of the contracts, spelled as they are on the wire.</summary>
internal static class DescribedTypes
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        // Numbers are not taken as text.
        options.NumberHandling = JsonNumberHandling.Strict;
        foreach (var converter in ManagementJson.Default.Options.Converters.Concat(SluiceJson.Default.Options.Converters))
        {
            if (converter.Type != typeof(DateTimeOffset))
                options.Converters.Add(converter);
        }

        options.TypeInfoResolverChain.Insert(0, ManagementJson.Default);
        // The wire records are spelled in snake case, whatever the options of the one who asks.
        options.TypeInfoResolverChain.Insert(1, SluiceJson.Default.WithAddedModifier(static info =>
        {
            if (info.Kind is JsonTypeInfoKind.Object && info.Type.Assembly == typeof(ErrorCodes).Assembly)
            {
                // Properties that are left out stay as they are: some have the name of the one that stands for them.
                foreach (var property in info.Properties.Where(static p => p.Get is not null || p.Set is not null))
                    property.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            }
        }));
    }

    public static string? ReferenceId(JsonTypeInfo info)
    {
        var type = info.Type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Page<>))
            return $"{type.GetGenericArguments()[0].Name.Replace("Answer", "", StringComparison.Ordinal)}Page";
        return Optional(type) is not null ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(info);
    }

    public static async Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (Optional(context.JsonTypeInfo.Type) is not { } inner)
            return;
        var described = await context.GetOrCreateSchemaAsync(inner, null, cancellationToken);
        schema.Type = described.Type | JsonSchemaType.Null;
        schema.Format = described.Format;
        schema.Items = described.Items;
        schema.Pattern = described.Pattern;
        schema.Properties = described.Properties;
        schema.Required = described.Required;
        schema.AdditionalProperties = described.AdditionalProperties;
        schema.AdditionalPropertiesAllowed = described.AdditionalPropertiesAllowed;
    }

    private static Type? Optional(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>) ? type.GetGenericArguments()[0] : null;
}
