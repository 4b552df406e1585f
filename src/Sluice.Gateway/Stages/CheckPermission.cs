using Sluice.Contracts.Errors;

namespace Sluice.Gateway.Stages;

/// <summary>May this key call this endpoint with this model?</summary>
public sealed class CheckPermission : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        var scope = exchange.Key!.Scope;
        if (scope.Routes.Count > 0 && !AllowsRoute(scope.Routes, exchange.Endpoint.Name))
            return Refuse(new(ErrorCodes.MissingPermission, $"It is 'api.call' on route '{exchange.Endpoint.Name}', which is not in the key's scope."));
        if (scope.Models.Count > 0 && !exchange.Endpoint.IsQuestion && !AllowsModel(scope.Models, exchange.Facts.Model))
            return Refuse(new(ErrorCodes.MissingPermission, $"It is 'api.call' on model '{exchange.Facts.Model}', which is not in the key's scope.", "model"));
        return Pass;
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
