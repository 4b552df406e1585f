using Sluice.Gateway.Stages;

namespace Sluice.Gateway;

/// <summary>
/// The life of a request. It goes down the list, each stage letting it pass, or refusing it; then the reply is streamed by one writer; then it
/// comes back up, so that every stage entered is left again: what was taken is given back or settled, metered and recorded, whatever happened.
/// </summary>
public sealed class GatewayStages(
    RecordRequest recordRequest,
    Authenticate authenticate,
    CheckNetwork checkNetwork,
    ReadRequest readRequest,
    CheckSignature checkSignature,
    CheckPermission checkPermission,
    TakeLimits takeLimits,
    HoldQuota holdQuota,
    ChooseRoute chooseRoute,
    MeterUsage meterUsage,
    CallUpstream callUpstream)
{
    /// <summary>Calls to a model: POST with a JSON body.</summary>
    public Stage[] ModelCall { get; } =
    [
        recordRequest,
        authenticate,
        checkNetwork,
        readRequest,
        checkSignature,
        checkPermission,
        takeLimits,
        holdQuota,
        chooseRoute,
        meterUsage,
        callUpstream,
    ];

    /// <summary>Questions that the gateway answers itself: which models, which balance. They cost nothing and take no limit.</summary>
    public Stage[] Question { get; } =
    [
        recordRequest,
        authenticate,
        checkNetwork,
        checkSignature,
        checkPermission,
    ];

    /// <summary>Names of the stages that calls to an endpoint pass; none for an endpoint that is not known.</summary>
    public IReadOnlyList<string> NamesOf(string endpoint)
        => ModelEndpoints.All.FirstOrDefault(e => e.Name == endpoint) is not { } known ? []
            : [.. (known.IsQuestion ? Question : ModelCall).Select(static stage => stage.Name)];
}
