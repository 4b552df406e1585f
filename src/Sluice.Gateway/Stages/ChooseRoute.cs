using Sluice.Contracts.Errors;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Stages;

/// <summary>Which upstreams could serve this call, and in which order are they to be asked?</summary>
public sealed class ChooseRoute(UpstreamRegistry upstreams) : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        var model = exchange.Facts.Model;
        var candidates = upstreams.Routes.Find(model);
        if (candidates.Length == 0)
            return Refuse(NobodyServes(model));
        exchange.Candidates = RouteTable.Order(candidates, Random.Shared);
        return Pass;
    }

    /// <summary>What a call is told whose model no upstream has.</summary>
    public static Refusal NobodyServes(string model) => new(ErrorCodes.ModelNotFound, $"'{model}' is not served by any upstream; GET /v1/models lists what is.", "model");
}
