using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using Sluice.Console.Ui;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Governance;

/// <summary>One review: its items, and the decisions on them, singly and in bulk.</summary>
public sealed partial class AccessReview
{
    private static readonly string[] Decisions = ["open", "all", ReviewDecisions.Confirmed, ReviewDecisions.Narrowed, ReviewDecisions.Revoked, ReviewDecisions.Disabled, ReviewDecisions.Gone];
    private readonly List<ReviewItemAnswer> _revoking = [];
    private AccessReviewAnswer? _review;
    private List<ReviewItemAnswer> _items = [];
    private Names _names = Names.None;
    private string? _next, _nextPage;
    private ProblemBody? _problem, _itemsProblem;

    [Parameter] public string Id { get; set; } = "";

    private string Path => $"/access-reviews/{Uri.EscapeDataString(Id)}";

    private string Decision => Query("decision") is { Length: > 0 } chosen ? chosen : _review?.FinishedAt is null ? "open" : "all";

    private bool MayDecide => Visit.May("reviews.write") && _review?.FinishedAt is null;

    private static bool Open(ReviewItemAnswer item) => item.Decision is null;

    // What was kept, or switched off for want of a decision, can be decided again; what is gone is gone.
    private static bool Decidable(ReviewItemAnswer item) => item.Decision is null or ReviewDecisions.Confirmed or ReviewDecisions.Disabled;

    protected override async Task OnInitializedAsync()
    {
        var review = await Plane.GetAsync<AccessReviewAnswer>(Path);
        (_review, _problem) = (review.Value, review.Problem);
        if (_review is null) return;
        var items = await Plane.GetAsync<Page<ReviewItemAnswer>>(Address.Of(Path + "/items", ("decision", Decision is "all" ? null : Decision), ("kind", Query("kind")), ("finding", Query("finding")), ("cursor", Query("cursor")), ("limit", "50")));
        (_items, _nextPage, _itemsProblem) = ([.. items.Value?.Data ?? []], items.Value?.NextCursor, items.Problem);
        _next = _items.Find(Open)?.Id;
        _names = await Names.ReadAsync(Plane, Visit);
    }

    private async Task ActAsync()
    {
        var act = Form.Text("act");
        var (verb, one) = act.Split(':') is [var v, var id] ? (v, id) : (act, null);
        var confirmed = verb == "revoke-now";
        IReadOnlyList<string> chosen = one is not null ? [one] : Form.All(confirmed ? "revoked" : "item");
        if (chosen.Count == 0)
        {
            Problem = Problems.Of(T["Nothing is selected."], "item", T["Select at least one item first."]);
            return;
        }

        if (verb == ReviewVerbs.Revoke)
        {
            // Taking away cannot be undone: it is asked once, with what it is about.
            _revoking.AddRange(_items.Where(i => chosen.Contains(i.Id)));
            return;
        }

        if (confirmed) verb = ReviewVerbs.Revoke;
        var note = Form.Optional("note");
        var body = new JsonObject { ["decisions"] = new JsonArray([.. chosen.Select(item => (JsonNode)(note is null ? new JsonObject { ["itemId"] = item, ["decision"] = verb } : new JsonObject { ["itemId"] = item, ["decision"] = verb, ["note"] = note }))]) };
        Problem = await Plane.DoAsync("POST", Path + "/decide", body);
        if (Problem is null) Go(With(("cursor", null)), T.Many(chosen.Count, "{0} item decided.", "{0} items decided."));
    }
}
