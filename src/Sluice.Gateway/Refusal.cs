using Sluice.Contracts.Errors;

namespace Sluice.Gateway;

/// <summary>Why a call was not answered: a value, not an exception. Which stage refused is noted by the pipeline.</summary>
/// <param name="Error">Code, status and public sentence.</param>
/// <param name="Detail">What of this case, and the remedy; one or two sentences for the caller. Never holds a secret.</param>
/// <param name="Param">The request member at fault, or <see langword="null"/>.</param>
public sealed record Refusal(ErrorCode Error, string? Detail = null, string? Param = null)
{
    /// <summary>When to come back, for 429 and 503. Sent rounded up to whole seconds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The sentence of the code with the details of the case.</summary>
    public string Message => Detail is null ? Error.Sentence : $"{Error.Sentence} {Detail}";
}
