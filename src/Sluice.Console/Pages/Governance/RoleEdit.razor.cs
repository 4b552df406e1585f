using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Governance;

/// <summary>Shows a role, and edits one of the organisation's own.</summary>
public sealed partial class RoleEdit
{
    private RoleAnswer? _role;
    private RoleDraft _draft = new();
    private IReadOnlyList<RoleAnswer> _roles = [];
    private IReadOnlyList<PermissionAnswer> _actions = [];
    private IReadOnlyList<string> _sentences = [], _stored = [], _lost = [];
    private string? _etag;
    private ProblemBody? _problem, _previewProblem;
    private bool _badJson;

    [Parameter] public string? Id { get; set; }

    private bool MayEdit => Visit.May("roles.write") && _role is not { BuiltIn: true };

    private string Path => $"/roles/{Uri.EscapeDataString(Id!)}";

    protected override async Task OnInitializedAsync()
    {
        _actions = (await Plane.GetAsync<Page<PermissionAnswer>>("/permissions")).Value?.Data ?? [];
        _roles = (await RoleList.ReadAsync(Plane)).Roles;
        if (Id is not null)
        {
            var reply = await Plane.GetAsync<RoleAnswer>(Path);
            (_role, _etag, _problem) = (reply.Value, reply.ETag, reply.Problem);
            if (_role is null) return;
        }

        var model = _role ?? _roles.FirstOrDefault(r => r.Id == Query("from"));
        _draft = IsPost && Form.Has("row") || Form.Has("json") ? RoleDraft.Of(Form) : RoleDraft.Of(model, Id is null && model is not null ? T["Copy of {0}", Language.RoleWords.Name(T, model.Id, model.Name)].Value : null);
        if (_role is not null) _stored = (await SayAsync(new JsonArray([.. RoleDraft.Of(_role).Body().Select(static n => n?.DeepClone())]))).Sentences;
        (_sentences, _previewProblem) = await SayAsync(_draft.Body());
    }

    private async Task<(IReadOnlyList<string> Sentences, ProblemBody? Problem)> SayAsync(JsonArray permissions)
    {
        if (permissions.Count == 0) return ([], null);
        var reply = await Plane.PostAsync<PreviewRoleAnswer>("/roles/preview", new JsonObject { ["permissions"] = permissions });
        return (reply.Value?.Sentences ?? [], reply.Problem);
    }

    private async Task ActAsync()
    {
        switch (Form.Text("act").Split(':'))
        {
            case ["add"]:
                _draft.Rows.Add(new Permission { Action = "keys.read" });
                break;
            case ["drop", var at] when int.TryParse(at, out var index) && index < _draft.Rows.Count:
                _draft.Rows.RemoveAt(index);
                break;
            case ["json"]:
                _badJson = !_draft.TryTake(Form.Raw("json"));
                break;
            case ["save"] when _role is { Assignments: > 0 } && _previewProblem is null && _stored.Except(_sentences).ToList() is { Count: > 0 } lost:
                _lost = lost;
                return;
            case ["save"] or ["confirmed"]:
                await SaveAsync();
                return;
        }

        (_sentences, _previewProblem) = await SayAsync(_draft.Body());
    }

    private async Task SaveAsync()
    {
        var body = new JsonObject { ["name"] = _draft.Name.Trim(), ["permissions"] = _draft.Body() };
        if (_draft.Description.Trim() is { Length: > 0 } description) body["description"] = description;
        else if (_role is not null) body["description"] = null;
        var reply = _role is null ? await Plane.PostAsync<RoleAnswer>("/roles", body, Form.Idempotency) : await Plane.PatchAsync<RoleAnswer>(Path, body, Form.Optional("etag"));
        Problem = reply.Problem;
        if (reply.Value is { } saved) Go($"/console/roles/{saved.Id}", T["The role is saved."]);
    }

    private async Task DeleteAsync()
    {
        if (Form.Text("typed") != _role!.Name)
        {
            Problem = Problems.Of(T["The name is another one."], "typed", T["Type the name exactly as it is written above."]);
            return;
        }

        Problem = await Plane.DeleteAsync(Path);
        if (Problem is null) Go("/console/roles", T["The role is deleted."]);
    }
}
