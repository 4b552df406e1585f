namespace Sluice.Gateway.Limits;

/// <summary>What the limits of one organisation's keys are decided under: one short lock.</summary>
internal sealed class OrganisationLimitState
{
    public Lock Gate { get; } = new();
}
