using Sluice.Contracts.Management;
using Sluice.Server.Authorization;

namespace Sluice.Server.Management.Explain;

/// <summary>What somebody would do; <see langword="null"/> members stand for "any there is".</summary>
internal sealed record AccessQuestion(string Action, string? Route, string? Model, string? ProjectId);

/// <summary>What allows it and what stops it.</summary>
internal sealed class AccessFinding
{
    private readonly List<AccessObstacleAnswer> _obstacles = [];

    public IReadOnlyList<GrantedPermission> Grants { get; private set; } = [];

    public bool IsStopped => _obstacles.Count > 0;

    public void Take(IReadOnlyList<GrantedPermission> grants) => Grants = grants;

    public void Stop(string code, string message, string remedy) => _obstacles.Add(new AccessObstacleAnswer { Code = code, Message = message, Remedy = remedy });

    /// <summary>Holds rights against the question. Scopes of a token are taken in by the rights.</summary>
    public void Weigh(Rights rights, AccessQuestion question, bool isOperator)
    {
        if (Permissions.IsOperators(question.Action) && !isOperator)
            Stop("operator_only", $"'{question.Action}' is about the installation.", "Only members of the operator's organisation can do it.");
        var held = new Rights(rights.Granted).For(question.Action).ToList();
        var inReach = held.Where(g => Permissions.IsInProjects(question.Action) ? Rights.InReach(g, question.ProjectId) : g.ProjectId is null).ToList();
        var calls = inReach.Where(g => question.Action != Permissions.ApiCall
            || ((question.Route is null || Rights.ReachesRoute(g.Permission, question.Route)) && (question.Model is null || Rights.ReachesModel(g.Permission, question.Model)))).ToList();
        Grants = calls;
        if (held.Count == 0)
            Stop("no_role", $"No role allows '{question.Action}'.", "Have a role assigned that does; GET /api/v1/roles lists them.");
        else if (inReach.Count == 0)
            Stop("other_project", $"'{question.Action}' is allowed in other projects only.", "Have the role assigned in this project, or in the whole organisation.");
        else if (calls.Count == 0 && question.Route is not null && !inReach.Exists(g => Rights.ReachesRoute(g.Permission, question.Route)))
            Stop("route_not_allowed", $"No role allows calls to {question.Route}.", "Have a role assigned whose 'api.call' names this route, or none.");
        else if (calls.Count == 0)
            Stop("model_not_allowed", $"No role allows the model {question.Model}{(question.Route is null ? "" : " through " + question.Route)}.", "Have a role assigned whose 'api.call' names this model, or none.");
        if (rights.Scopes is { } scopes && !scopes.Any(scope => Permissions.Matches(scope, question.Action)))
            Stop("token_scope", $"The token is cut down to: {string.Join(", ", scopes)}.", $"Make a token whose scopes hold '{question.Action}'.");
    }

    public AccessExplanationAnswer Answer(string subjectId, AccessQuestion question) => new()
    {
        SubjectId = subjectId,
        Action = question.Action,
        Allowed = !IsStopped,
        Grants = [.. Grants.Select(AccessView.Of)],
        Obstacles = _obstacles,
    };
}
