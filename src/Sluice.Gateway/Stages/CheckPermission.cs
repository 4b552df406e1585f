using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Stages;

/// <summary>May this key call this endpoint with this model? It may where its own scope allows it and, if it has an owner, the owner may do so now.</summary>
public sealed class CheckPermission : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
        => RefusalOf(exchange.Key!, exchange.Endpoint, exchange.Facts.Model) is { } refusal ? Refuse(refusal) : Pass;

    /// <summary>Why the key may not call an endpoint with a model, or <see langword="null"/>.</summary>
    /// <param name="model">Not looked at where the endpoint is a question.</param>
    public static Refusal? RefusalOf(ApiKey key, ModelEndpoint endpoint, string model)
    {
        var scope = key.Scope;
        if (scope.Routes.Count > 0 && !AllowsRoute(scope.Routes, endpoint.Name))
            return Missing(endpoint, model, "The route is not in the key's scope.");
        if (scope.Models.Count > 0 && !endpoint.IsQuestion && !AllowsModel(scope.Models, model))
            return Missing(endpoint, model, "The model is not in the key's scope.", "model");
        return key.OwnerRights is { } rights ? RefusalOf(key, rights, endpoint, model) : null;
    }

    /// <summary>Whether the key may call that model on any route: what <c>GET /v1/models</c> shows.</summary>
    public static bool ShowsModel(ApiKey key, string model)
    {
        if (!AllowsModel(key.Scope.Models, model)) return false;
        if (key.OwnerRights is not { } rights) return true;
        for (var i = 0; i < rights.Count; i++)
            if (AllowsModel(rights[i].Models, model)) return true;
        return false;
    }

    /// <summary>Why the owner's key may do nothing at all, if that is so.</summary>
    internal static string? NothingLeft(ApiKey key) => key.OwnerRights is not { Count: 0 } ? null : key.OwnerStanding switch
    {
        OwnerStanding.Removed => "The key's owner is no longer a member of the organisation. Someone else there can take the key over or make a new one.",
        OwnerStanding.OrganisationSuspended => "The organisation is suspended. Ask whoever runs this installation.",
        OwnerStanding.Suspended => "The account of the key's owner is suspended. The key works again when that ends.",
        _ => "No role of the key's owner holds it. An administrator of the organisation can assign one that does.",
    };

    private static Refusal? RefusalOf(ApiKey key, IReadOnlyList<CallRight> rights, ModelEndpoint endpoint, string model)
    {
        if (NothingLeft(key) is { } why) return Missing(endpoint, model, why);
        // Which models there are, and how one stands, is asked by every library before it calls anything; the answer names only what may be called. So an
        // owner's rights choose what is shown and do not have to name these routes; the key's own scope, which was written for this key, does.
        if (endpoint.IsAboutTheKey) return null;
        var routeAllowed = false;
        for (var i = 0; i < rights.Count; i++)
        {
            var right = rights[i];
            if (right.Routes.Count > 0 && !AllowsRoute(right.Routes, endpoint.Name)) continue;
            if (endpoint.IsQuestion || AllowsModel(right.Models, model)) return null;
            routeAllowed = true;
        }

        return routeAllowed
            ? Missing(endpoint, model, "No role of the key's owner holds it for the model.", "model")
            : Missing(endpoint, model, "No role of the key's owner holds it for the route.");
    }

    private static Refusal Missing(ModelEndpoint endpoint, string model, string side, string? param = null)
    {
        var with = endpoint.IsQuestion ? "" : $" with model '{model}'";
        return new(ErrorCodes.MissingPermission, $"It is 'api.call' on route '{endpoint.Name}'{with}. {side}", param);
    }

    public static bool AllowsModel(IReadOnlyList<string> patterns, string model)
    {
        if (patterns.Count == 0) return true;
        for (var i = 0; i < patterns.Count; i++)
        {
            var pattern = patterns[i].AsSpan();
            if (pattern.EndsWith("*") ? model.AsSpan().StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern.SequenceEqual(model)) return true;
        }

        return false;
    }

    private static bool AllowsRoute(IReadOnlyList<string> routes, string name)
    {
        for (var i = 0; i < routes.Count; i++)
            if (routes[i] == name) return true;
        return false;
    }
}
