namespace Sluice.Server.Storage.Schema;

/// <summary>One step of a schema, applied whole or not at all.</summary>
internal sealed record SchemaScript(int Version, string Name, string Sql);

/// <summary>The scripts that make one part of the schema. Each part has versions of its own: 1, 2, 3 … without gaps.</summary>
/// <param name="Part">Which tables, such as <c>control</c>.</param>
/// <param name="Newest">The version that this program works with.</param>
/// <param name="Load">Reads the scripts, in order. Called only when one has to run, so that a start on a current schema reads none.</param>
internal sealed record SchemaScripts(string Part, int Newest, Func<IReadOnlyList<SchemaScript>> Load)
{
    /// <summary>The scripts embedded in this program, named <c>&lt;version&gt;_&lt;name&gt;.&lt;provider&gt;.sql</c>.</summary>
    public static SchemaScripts Embedded(string part, StorageProvider provider)
    {
        var prefix = $"schema/{part}/";
        var suffix = provider == StorageProvider.Sqlite ? ".sqlite.sql" : ".postgres.sql";
        var names = typeof(SchemaScripts).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(suffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ToArray();
        return new SchemaScripts(part, names.Length, () =>
            [.. names.Select((name, i) => new SchemaScript(i + 1, name[prefix.Length..^suffix.Length], Read(name)))]);
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(SchemaScripts).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
