using Sluice.Contracts.Management;

namespace Sluice.Console.Language;

/// <summary>Tiers as people read them: the names that came with Sluice in every language, those that the operator gave as they are.</summary>
public static class TierWords
{
    private const string ShippedEnterprise = "Verified enterprise";

    public static string Name(Words words, TierAnswer tier) =>
        words.IsChinese && (string.Equals(tier.Name, tier.Id, StringComparison.OrdinalIgnoreCase) || tier is { Id: "enterprise", Name: ShippedEnterprise }) ? words.Code("tier", tier.Id) : tier.Name;
}
