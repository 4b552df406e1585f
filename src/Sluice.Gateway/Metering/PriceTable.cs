namespace Sluice.Gateway.Metering;

/// <summary>Price of a model's tokens, in 10⁻⁹ of the currency per million tokens.</summary>
/// <param name="Model">A name, or a prefix ending in <c>*</c>.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record ModelPrice(string Model, string Currency, long InputNanoPerMillion, long CachedInputNanoPerMillion, long OutputNanoPerMillion)
{
    /// <summary>Integer arithmetic throughout, rounded half up once at the end.</summary>
    public long CostNano(in TokenUsage usage)
    {
        var sum = (Int128)(usage.Prompt - usage.Cached) * InputNanoPerMillion
            + (Int128)usage.Cached * CachedInputNanoPerMillion
            + (Int128)usage.Completion * OutputNanoPerMillion;
        return (long)((sum + 500_000) / 1_000_000);
    }
}

/// <summary>The prices in force: an exact name before the longest prefix.</summary>
public sealed class PriceTable
{
    private readonly Dictionary<string, ModelPrice> _exact;
    private readonly ModelPrice[] _prefixes;

    public PriceTable(IEnumerable<ModelPrice> prices)
    {
        var all = prices.ToList();
        _exact = all.Where(static p => !p.Model.EndsWith('*')).ToDictionary(static p => p.Model, StringComparer.Ordinal);
        _prefixes = [.. all.Where(static p => p.Model.EndsWith('*')).OrderByDescending(static p => p.Model.Length)];
    }

    public ModelPrice? Find(string model)
    {
        if (_exact.TryGetValue(model, out var price)) return price;
        foreach (var prefix in _prefixes)
            if (model.AsSpan().StartsWith(prefix.Model.AsSpan(0, prefix.Model.Length - 1), StringComparison.Ordinal)) return prefix;
        return null;
    }
}
