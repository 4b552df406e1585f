namespace Sluice.Contracts.Management;

/// <summary>A model that calls can name.</summary>
public sealed record CallableModelAnswer
{
    /// <summary>What callers ask for; a beginning followed by <c>*</c> stands for every name that begins so.</summary>
    public required string Name { get; init; }

    /// <summary>Whether <see cref="Name"/> is such a beginning.</summary>
    public required bool IsPattern { get; init; }

    /// <summary>Whether the stand-in inside Sluice answers first: no provider is asked, and nothing is charged.</summary>
    public required bool IsSandbox { get; init; }

    /// <summary>Names of the upstreams that have it, the one that is asked first at the top.</summary>
    public required IReadOnlyList<string> Upstreams { get; init; }

    /// <summary>Tokens of prompt and answer together, where that is known.</summary>
    public long? ContextTokens { get; init; }

    /// <summary>What its tokens cost, where that is configured.</summary>
    public ModelPriceAnswer? Price { get; init; }

    /// <summary>Whether the caller's own roles allow calls to it (<c>api.call</c>), in some project and on some route at least.</summary>
    public required bool MayCall { get; init; }
}

/// <summary>Prices of a model.</summary>
public sealed record ModelPriceAnswer
{
    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>10⁻⁹ of the currency's unit for a million tokens of the prompt.</summary>
    public required long InputNanoPerMillion { get; init; }

    /// <summary>The same for those that the upstream had cached.</summary>
    public required long CachedInputNanoPerMillion { get; init; }

    /// <summary>The same for those of the answer.</summary>
    public required long OutputNanoPerMillion { get; init; }
}
