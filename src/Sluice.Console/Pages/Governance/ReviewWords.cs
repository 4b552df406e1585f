using Sluice.Console.Language;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Governance;

/// <summary>Findings and proposals of a review as people read them.</summary>
internal static class ReviewWords
{
    public static readonly IReadOnlyList<string> Findings =
    [
        ReviewFindingCodes.Unused, ReviewFindingCodes.RoutesNeverUsed, ReviewFindingCodes.ModelsNeverUsed, ReviewFindingCodes.NoExpiry, ReviewFindingCodes.NoNetworkList, ReviewFindingCodes.OwnerGone,
        ReviewFindingCodes.OwnerSuspended, ReviewFindingCodes.PermissionsNeverUsed, ReviewFindingCodes.RoleTooBroad,
    ];

    // The sentence of the answer is English; where a number is in it, it is said anew.
    public static string Of(Words words, ReviewFinding finding) => !words.IsChinese ? finding.Sentence : (finding.Code, finding.Figure) switch
    {
        (ReviewFindingCodes.Unused, { } days) => words["Not used for {0} days", days],
        (ReviewFindingCodes.RoutesNeverUsed, { } routes) => words["{0} routes are allowed and were never called", routes],
        (ReviewFindingCodes.ModelsNeverUsed, { } models) => words["More models are allowed than the {0} that were asked for", models],
        (ReviewFindingCodes.PermissionsNeverUsed, { } actions) => words["{0} actions are allowed and were never done", actions],
        _ => words.Code("finding", finding.Code),
    };

    public static string Of(Words words, ReviewProposal proposal)
    {
        var parts = new List<string>();
        if (proposal.Routes is { } routes) parts.Add(string.Join(", ", routes));
        if (proposal.Models is { } models) parts.Add(string.Join(", ", models));
        if (proposal.ExpiresInDays is { } days) parts.Add(words["an expiry in {0} days", days]);
        if (proposal.RoleId is { } role) parts.Add(words["the role {0}", RoleWords.IsBuiltIn(role) ? words.Code("role", role) : role]);
        if (proposal.Remove is true) parts.Add(words["nothing: the role is taken away"]);
        return string.Join(" · ", parts);
    }
}
