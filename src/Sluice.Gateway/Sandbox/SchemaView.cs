namespace Sluice.Gateway.Sandbox;

/// <summary>
/// One schema with everything that applies at its place: what <c>$ref</c> points to, all of <c>allOf</c>, and one choice of
/// <c>anyOf</c> and <c>oneOf</c>.
/// </summary>
internal readonly struct SchemaView
{
    /// <summary>Most schemas at one place; guards against references that go in circles.</summary>
    private const int PartsMax = 32;

    private readonly List<JsonSlice> _parts;

    /// <param name="shallow">Where there is a choice, take one that ends the nesting.</param>
    public SchemaView(SchemaReferences references, JsonSlice schema, bool shallow)
    {
        _parts = [];
        Collect(references, schema, shallow);
    }

    public IReadOnlyList<JsonSlice> Parts => _parts;

    /// <summary>The first value of a keyword.</summary>
    public JsonSlice this[ReadOnlySpan<byte> keyword]
    {
        get
        {
            foreach (var part in _parts)
            {
                var value = part[keyword];
                if (!value.Bytes.IsEmpty) return value;
            }

            return default;
        }
    }

    public double? Number(ReadOnlySpan<byte> keyword) => this[keyword].TryNumber(out var number) ? number : null;

    /// <summary>The JSON type to make: as declared, or as the other keywords suggest, or <paramref name="otherwise"/>.</summary>
    public string Type(bool shallow, string otherwise)
    {
        var type = this["type"u8];
        if (type.IsString) return type.Text();
        if (type.IsArray)
        {
            var types = type.Items().Where(t => t.IsString).Select(t => t.Text()).ToList();
            if (shallow && types.Contains("null")) return "null";
            return types.FirstOrDefault(t => t != "null") ?? "null";
        }

        if (this["properties"u8].IsObject || this["required"u8].IsArray) return "object";
        if (!this["items"u8].IsAbsent || this["prefixItems"u8].IsArray) return "array";
        return this["minimum"u8].IsNumber || this["maximum"u8].IsNumber || this["multipleOf"u8].IsNumber ? "number" : otherwise;
    }

    private void Collect(SchemaReferences references, JsonSlice schema, bool shallow)
    {
        if (!schema.IsObject || _parts.Count >= PartsMax) return;
        _parts.Add(schema);
        if (schema["$ref"u8] is { IsString: true } reference) Collect(references, references.Follow(reference.Text()), shallow);
        foreach (var part in schema["allOf"u8].Items()) Collect(references, part, shallow);
        Collect(references, Choose(schema["anyOf"u8], shallow), shallow);
        Collect(references, Choose(schema["oneOf"u8], shallow), shallow);
    }

    private static JsonSlice Choose(JsonSlice options, bool shallow)
    {
        JsonSlice first = default;
        foreach (var option in options.Items())
        {
            var isNull = option["type"u8].TextEquals("null"u8);
            if (shallow ? isNull || !option["const"u8].Bytes.IsEmpty || option["enum"u8].IsArray : !isNull) return option;
            if (first.Bytes.IsEmpty || shallow && first["$ref"u8].IsString) first = option;
        }

        return first;
    }
}
