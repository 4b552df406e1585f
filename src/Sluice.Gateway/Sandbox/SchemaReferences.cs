using System.Text;

namespace Sluice.Gateway.Sandbox;

/// <summary>Finds what <c>$ref</c> points to inside one schema. Each reference is looked up once, and there is a most: looking up reads the whole schema.</summary>
internal sealed class SchemaReferences(JsonSlice root)
{
    private const int FollowedMax = 256;

    private readonly Dictionary<string, JsonSlice> _followed = new(StringComparer.Ordinal);

    /// <summary>The schema at a reference such as <c>#/$defs/address</c>; the default value where there is none or it lies elsewhere.</summary>
    public JsonSlice Follow(string reference)
    {
        if (_followed.TryGetValue(reference, out var known)) return known;
        if (_followed.Count >= FollowedMax || reference.Length == 0 || reference[0] != '#') return default;
        var at = root;
        foreach (var step in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            at = at.IsArray && int.TryParse(name, out var index) ? at.Items().ElementAtOrDefault(index) : at[Encoding.UTF8.GetBytes(name)];
        }

        return _followed[reference] = at;
    }
}
