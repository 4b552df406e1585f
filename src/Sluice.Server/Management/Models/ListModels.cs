using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Sandbox;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Diagnosis;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Models;

internal static class ListModels
{
    // Whoever calls models, sees keys or looks after upstreams.
    private static readonly IReadOnlyList<string> AnyOf = [Permissions.ApiCall, Permissions.KeysRead, Permissions.UpstreamsRead];

    public static readonly Operation Operation = new()
    {
        Name = "listModels",
        Method = "GET",
        Path = "/models",
        Permission = null,
        Summary = "List the models that calls can name, with who has them and what they cost",
        Description = "All on one page. Needs one of `api.call`, `keys.read` and `upstreams.read`. `mayCall` is about the caller's own roles; a key may be narrower. Addresses and credentials of upstreams are not shown here to anybody.",
        Answer = typeof(Page<CallableModelAnswer>),
        Run = Run,
    };

    private static ValueTask<Outcome> Run(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return new(refusal);
        if (!AnyOf.Any(call.Caller.May))
            return new(new Refusal(ErrorCodes.PermissionDenied, $"It needs one of: {string.Join(", ", AnyOf)}. Whoever manages roles in the organisation can give it."));
        var models = call.Tools.Gateway.Upstreams.Live.Select(static l => l.Definition).Where(static d => d.Enabled).OrderBy(static d => d.Priority)
            .SelectMany(static d => d.Models.Select(m => (Upstream: d, Model: m)))
            .GroupBy(static s => s.Model.Name, StringComparer.Ordinal).OrderBy(static g => g.Key, StringComparer.Ordinal)
            .Select(group => View(call, group.Key, [.. group]));
        return new(new Answer(new Page<CallableModelAnswer> { Data = [.. models] }));
    }

    private static CallableModelAnswer View(OperationCall call, string name, IReadOnlyList<(UpstreamDefinition Upstream, ServedModel Model)> served)
    {
        var (first, model) = served[0];
        var isPattern = name.EndsWith('*');
        var isSandbox = first.Kind is UpstreamKind.Sandbox;
        // As calls are priced: by the name that the upstream is asked for, and nothing for the stand-in.
        var price = isSandbox ? null : call.Tools.Gateway.Prices.Find(model.UpstreamName.EndsWith('*') ? name : model.UpstreamName);
        return new CallableModelAnswer
        {
            Name = name,
            IsPattern = isPattern,
            IsSandbox = isSandbox,
            Upstreams = [.. served.Select(static s => s.Upstream.Name).Distinct(StringComparer.Ordinal)],
            ContextTokens = isSandbox && !isPattern ? SandboxModels.ContextOf(model.UpstreamName) : null,
            Price = price is null ? null : new ModelPriceAnswer
            {
                Currency = price.Currency,
                InputNanoPerMillion = price.InputNanoPerMillion,
                CachedInputNanoPerMillion = price.CachedInputNanoPerMillion,
                OutputNanoPerMillion = price.OutputNanoPerMillion,
            },
            MayCall = call.Caller.May(Permissions.ApiCall) && call.Caller.Rights.AllowsCall(null, null, name),
        };
    }
}
