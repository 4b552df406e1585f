using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Governance;

/// <summary>A role while it is edited: rows of a form, one for each permission, and the same as JSON.</summary>
internal sealed class RoleDraft
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public List<Permission> Rows { get; } = [];

    public static RoleDraft Of(RoleAnswer? role, string? name = null)
    {
        var draft = new RoleDraft { Name = name ?? role?.Name ?? "", Description = role?.Description ?? "" };
        draft.Rows.AddRange(role?.Permissions ?? [new Permission { Action = "keys.read" }]);
        return draft;
    }

    /// <summary>As the form has it, whatever is wrong with it: the operation says that.</summary>
    public static RoleDraft Of(FormFields form)
    {
        var draft = new RoleDraft { Name = form.Raw("name"), Description = form.Raw("description") };
        foreach (var row in form.All("row"))
        {
            draft.Rows.Add(new Permission
            {
                Action = form.Text(row + ".action"),
                Routes = Lines(form, row + ".routes"),
                Models = Lines(form, row + ".models"),
                Projects = form.All(row + ".projects") is { Count: > 0 } projects ? projects : null,
                Days = int.TryParse(form.Text(row + ".days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : null,
                Bodies = form.Flag(row + ".bodies") ? true : null,
            });
        }

        for (var i = 0; i < draft.Rows.Count; i++) draft.Rows[i] = Fitting(draft.Rows[i]);
        return draft;
    }

    /// <summary>The list as JSON, for reading and for writing by hand.</summary>
    public string Json => Body().ToJsonString(Indented);

    public JsonArray Body() => new([.. Rows.Select(static r => JsonSerializer.SerializeToNode(r, typeof(Permission), ManagementJson.Default))]);

    /// <summary>Takes a list that was written by hand; <see langword="false"/> where it is none.</summary>
    public bool TryTake(string json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, typeof(IReadOnlyList<Permission>), ManagementJson.Default) is not IReadOnlyList<Permission> rows || rows.Any(static r => r is null)) return false;
            Rows.Clear();
            Rows.AddRange(rows);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>What can narrow an action, so that a row shows no field that means nothing.</summary>
    public static bool Takes(string action, string limit) => limit switch
    {
        "routes" or "models" => action is "api.call" or "api.*",
        "days" or "bodies" => action is "logs.read" or "logs.*",
        _ => action.Split('.')[0] is "api" or "logs" or "keys" or "projects" or "quota",
    };

    // Fields of what was chosen before stay filled in behind: they go with the choice.
    private static Permission Fitting(Permission row) => row with
    {
        Routes = Takes(row.Action, "routes") ? row.Routes : null,
        Models = Takes(row.Action, "models") ? row.Models : null,
        Projects = Takes(row.Action, "projects") ? row.Projects : null,
        Days = Takes(row.Action, "days") ? row.Days : null,
        Bodies = Takes(row.Action, "bodies") ? row.Bodies : null,
    };

    private static string[]? Lines(FormFields form, string name) =>
        form.Raw(name).Split(['\n', '\r', ',', '，'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } lines ? lines : null;
}
