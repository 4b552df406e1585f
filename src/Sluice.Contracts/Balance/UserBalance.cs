using Sluice.Contracts.Json;

namespace Sluice.Contracts.Balance;

/// <summary>The answer of <c>GET /user/balance</c>. Source: https://api-docs.deepseek.com/api/get-user-balance.</summary>
public sealed record UserBalance : WireObject
{
    /// <summary>Whether there is enough to make calls.</summary>
    public bool IsAvailable { get; init; }

    /// <summary>One entry for each currency.</summary>
    public IReadOnlyList<CurrencyBalance> BalanceInfos { get; init => field = value ?? []; } = [];
}

/// <summary>Money of one currency. Amounts are decimal text, such as <c>12.50</c>: money never passes through floating point.</summary>
public sealed record CurrencyBalance : WireObject
{
    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Granted and topped up together.</summary>
    public required string TotalBalance { get; init; }

    /// <summary>Given by the vendor; spent first.</summary>
    public required string GrantedBalance { get; init; }

    /// <summary>Paid in.</summary>
    public required string ToppedUpBalance { get; init; }
}
