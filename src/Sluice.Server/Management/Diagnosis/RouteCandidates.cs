using System.Globalization;
using Sluice.Contracts.Management;
using Sluice.Gateway.Upstreams;

namespace Sluice.Server.Management.Diagnosis;

/// <summary>Who has a model, who of them is asked first, and why not the others.</summary>
internal static class RouteCandidates
{
    /// <param name="all">Whether those that are not asked at all are named too.</param>
    public static IReadOnlyList<RouteCandidateAnswer> Of(UpstreamRegistry upstreams, string model, bool all)
    {
        var served = upstreams.Routes.Find(model);
        var answers = new List<RouteCandidateAnswer>();
        if (served.Length > 0)
        {
            var first = served[0].Definition.Priority;
            var rivals = served.Where(c => c.Definition.Priority == first).ToList();
            var total = rivals.Sum(static c => c.Definition.Weight);
            foreach (var candidate in served)
            {
                var chosen = candidate.Definition.Priority == first;
                answers.Add(Answer(candidate.Definition, candidate.ModelUsed(model), chosen, !chosen
                    ? string.Create(CultureInfo.InvariantCulture, $"It is asked where none of priority {first} can be reached.")
                    : rivals.Count == 1 ? "It is asked first." : string.Create(CultureInfo.InvariantCulture, $"It is asked first in {candidate.Definition.Weight} of {total} calls.")));
            }
        }

        if (!all)
            return answers;
        foreach (var other in upstreams.Live.Select(static l => l.Definition).Where(d => served.All(c => c.Definition.Id != d.Id)))
        {
            var having = other.Models.FirstOrDefault(m => Stands(m.Name, model));
            answers.Add(Answer(other, having is null || having.UpstreamName.EndsWith('*') ? model : having.UpstreamName, false,
                having is null ? "It does not have the model."
                : !other.Enabled ? "It is switched off."
                : $"It has the model by '{having.Name}' only; others have its exact name or a longer beginning."));
        }

        return answers;
    }

    private static bool Stands(string pattern, string model) => pattern == model || (pattern.EndsWith('*') && model.StartsWith(pattern[..^1], StringComparison.Ordinal));

    private static RouteCandidateAnswer Answer(UpstreamDefinition upstream, string model, bool chosen, string reason) =>
        new() { Upstream = upstream.Name, Model = model, Priority = upstream.Priority, Weight = upstream.Weight, Chosen = chosen, Reason = reason };
}
