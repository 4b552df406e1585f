namespace Sluice.Gateway.Metering;

/// <summary>Tokens of the prompt where the upstream did not say.</summary>
public static class PromptTokens
{
    public static long Estimate(Exchange exchange) => exchange.PromptTokensEstimate;
}
