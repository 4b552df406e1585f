using System.Text.Json.Nodes;
using Sluice.Console.Door;
using Sluice.Console.Pages.Keys;
using Sluice.Console.Ui;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Lab;

public sealed partial class Diagnose
{
    private const string WithCall = "call";
    private static readonly string[] Known = ["keyId", "requestId", "route", "model", "address"];

    private IReadOnlyList<CallableModelAnswer> _models = [];
    private string? _model;
    private Reply<RequestExplanationAnswer>? _explained;
    private Reply<RequestAnswer>? _request;
    private DiagnosisAnswer? _answer;

    private IReadOnlyList<(string Value, string Title, string Text)> Modes =>
    [
        ("explain", T["Explain only"], T["Nobody is called and nothing is counted."]),
        (WithCall, T["With a real call"], T["One token, counted as the key's."]),
    ];

    private string Curl => $"""
        curl {Plane.BaseUrl}/api/v1/diagnoses -H "Authorization: Bearer $SLUICE_TOKEN" -H 'Content-Type: application/json' \
          -d '{Body().ToJsonString().Replace("'", "'\\''", StringComparison.Ordinal)}'
        """;

    protected override async Task OnInitializedAsync()
    {
        _models = (await Plane.GetAsync<Page<CallableModelAnswer>>("/models")).Value?.Data ?? [];
        _model = _models.Where(static m => !m.IsPattern).OrderBy(static m => m.IsSandbox).ThenBy(static m => !m.Name.EndsWith("-chat", StringComparison.Ordinal)).FirstOrDefault()?.Name;
        if (IsPost || Query("requestId") is not { Length: > 0 } id) return;
        _explained = await Plane.GetAsync<RequestExplanationAnswer>($"/requests/{Uri.EscapeDataString(id)}/explanation");
        if (_explained.IsRight) _request = await Plane.GetAsync<RequestAnswer>("/requests/" + Uri.EscapeDataString(id));
    }

    // A recorded call brings its own key, unless it was made with none.
    private string Given(string name, string? otherwise = null) => IsPost ? Form.Raw(name) : name is "keyId" && _request?.Value is not null ? "" : Query(name) is { Length: > 0 } asked ? asked : otherwise ?? "";

    private async Task RunAsync()
    {
        var reply = await Plane.PostAsync<DiagnosisAnswer>("/diagnoses", Body());
        (_answer, Problem) = (reply.Value, reply.Problem);
    }

    private JsonObject Body()
    {
        var body = new JsonObject();
        // Both would be refused; the recorded call knows its key.
        foreach (var name in Form.Has("requestId") && Form.Optional("requestId") is not null ? (string[])["requestId", "route", "model", "address"] : ["keyId", "route", "model", "address"])
        {
            if (Form.Optional(name) is { } text && !(name is "model" && Form.Text("route").StartsWith("GET ", StringComparison.Ordinal))) body[name] = text;
        }

        if (Form.Text("mode") is WithCall) body["callUpstream"] = true;
        return body;
    }
}
