using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// Makes an instance of a JSON Schema, always the same one: enums and unions by their first fitting choice, required members (all of
/// them where none is required), strings and numbers from the user's text where they fit. Keywords it does not know (<c>not</c>,
/// <c>if</c>, <c>patternProperties</c>) are not looked at.
/// </summary>
internal sealed class SchemaFiller(JsonSlice root, string userText, int variant = 0)
{
    /// <summary>From this depth on, choices that end the nesting are taken.</summary>
    private const int ShallowFrom = 4;
    private const int DepthMax = 24;

    /// <summary>Most values in one instance; a schema that demands more gets nulls for the rest.</summary>
    private const int ValuesMax = 2_000;

    private readonly SchemaReferences _references = new(root);
    private int _values;

    public string Fill()
    {
        using var to = new PooledBytes();
        Value(to, root, "", 0, variant);
        return Encoding.UTF8.GetString(to.Written);
    }

    private void Value(PooledBytes to, JsonSlice schema, string name, int depth, int index)
    {
        if (++_values > ValuesMax || depth > DepthMax)
        {
            to.Raw("null"u8);
            return;
        }

        var shallow = depth >= ShallowFrom;
        var view = new SchemaView(_references, schema, shallow);
        if (view["const"u8] is { Bytes.IsEmpty: false } constant)
        {
            to.Raw(constant.Bytes.Span);
            return;
        }

        if (view["enum"u8] is { IsArray: true } choices && choices.Items() is { Count: > 0 } items)
        {
            to.Raw(EnumChoice(items, index).Bytes.Span);
            return;
        }

        switch (view.Type(shallow, otherwise: depth == 0 ? "object" : "string"))
        {
            case "object": Members(to, view, depth); break;
            case "array": Items(to, view, name, depth, shallow); break;
            case "integer": Number(to, view, index, whole: true); break;
            case "number": Number(to, view, index, whole: false); break;
            case "boolean": to.Raw("true"u8); break;
            case "null": to.Raw("null"u8); break;
            default: to.Text(SchemaString.For(view, name, userText, index)); break;
        }
    }

    private JsonSlice EnumChoice(List<JsonSlice> items, int index)
    {
        if (index == 0)
        {
            foreach (var item in items)
            {
                if (item.IsString && item.Text() is { Length: > 1 } text && userText.Contains(text, StringComparison.OrdinalIgnoreCase)) return item;
            }
        }

        return items[index % items.Count];
    }

    private void Members(PooledBytes to, SchemaView view, int depth)
    {
        var properties = new List<KeyValuePair<string, JsonSlice>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        HashSet<string>? required = null;
        foreach (var part in view.Parts)
        {
            foreach (var property in part["properties"u8].Members())
            {
                if (seen.Add(property.Key)) properties.Add(property);
            }

            if (part["required"u8] is not { IsArray: true } names) continue;
            required ??= new(StringComparer.Ordinal);
            foreach (var name in names.Items())
            {
                if (name.IsString) required.Add(name.Text());
            }
        }

        to.Raw("{"u8);
        var first = true;
        foreach (var (name, schema) in properties)
        {
            if (required is null ? depth < ShallowFrom : required.Remove(name)) Member(to, ref first, name, schema, depth);
        }

        foreach (var name in required ?? []) Member(to, ref first, name, view["additionalProperties"u8], depth);
        to.Raw("}"u8);
    }

    private void Member(PooledBytes to, ref bool first, string name, JsonSlice schema, int depth)
    {
        if (!first) to.Raw(","u8);
        first = false;
        to.Text(name);
        to.Raw(":"u8);
        Value(to, schema, name, depth + 1, depth == 0 ? variant : 0);
    }

    private void Items(PooledBytes to, SchemaView view, string name, int depth, bool shallow)
    {
        var prefix = view["prefixItems"u8].Items();
        var least = (int)Math.Clamp(view.Number("minItems"u8) ?? 0, 0, 256);
        var most = (int)Math.Clamp(view.Number("maxItems"u8) ?? 256, 0, 256);
        var count = Math.Max(least, Math.Min(most, shallow ? 0 : Math.Max(1, prefix.Count)));
        var rest = view["items"u8];
        to.Raw("["u8);
        for (var i = 0; i < count; i++)
        {
            if (i > 0) to.Raw(","u8);
            Value(to, i < prefix.Count ? prefix[i] : rest, name, depth + 1, i);
        }

        to.Raw("]"u8);
    }

    private void Number(PooledBytes to, SchemaView view, int index, bool whole)
    {
        var step = view.Number("multipleOf"u8) is > 0 and var multiple ? multiple : whole ? 1 : 0;
        var low = view.Number("minimum"u8);
        var high = view.Number("maximum"u8);
        // Draft 4 has booleans here, later drafts numbers.
        var aboveLow = view["exclusiveMinimum"u8].Kind == System.Text.Json.JsonTokenType.True;
        var belowHigh = view["exclusiveMaximum"u8].Kind == System.Text.Json.JsonTokenType.True;
        if (view.Number("exclusiveMinimum"u8) is { } bottom && !(low > bottom)) (low, aboveLow) = (bottom, true);
        if (view.Number("exclusiveMaximum"u8) is { } top && !(high < top)) (high, belowHigh) = (top, true);

        bool Fits(double n) => (low is null || (aboveLow ? n > low : n >= low)) && (high is null || (belowHigh ? n < high : n <= high)) && (step == 0 || Math.Abs(Math.IEEERemainder(n, step)) < 1e-9 * Math.Max(1, Math.Abs(n)));

        var value = UserPhrases.Number(userText) is { } said && Fits(said) ? said : Fits(1) ? 1 : Fits(0) ? 0 : Within(low, high, aboveLow, belowHigh, step);
        var next = value + index * (step > 0 ? step : 1);
        if (Fits(next)) value = next;
        if (whole && Math.Abs(value) < 9e18) to.Number((long)Math.Round(value));
        else to.Raw(Encoding.ASCII.GetBytes(value.ToString("R", CultureInfo.InvariantCulture)));
    }

    private static double Within(double? low, double? high, bool aboveLow, bool belowHigh, double step)
    {
        if (step > 0)
        {
            if (low is { } least)
            {
                var n = Math.Ceiling(least / step) * step;
                return aboveLow && n <= least ? n + step : n;
            }

            if (high is not { } most) return step;
            var m = Math.Floor(most / step) * step;
            return belowHigh && m >= most ? m - step : m;
        }

        return (low, high) switch
        {
            ({ } a, { } b) => a + (b - a) / 2,
            ({ } a, null) => aboveLow ? a + 1 : a,
            (null, { } b) => belowHigh ? b - 1 : b,
            _ => 1,
        };
    }
}
