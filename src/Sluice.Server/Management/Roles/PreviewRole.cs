using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

internal static class PreviewRole
{
    public static readonly Operation Operation = new()
    {
        Name = "previewRole",
        Method = "POST",
        Path = "/roles/preview",
        Permission = Permissions.RolesRead,
        Summary = "Say in words what a permission list allows",
        Description = "Changes nothing. In English, or in Chinese where `Accept-Language` asks for it. The list is checked as it would be for a new role, except for whether the caller could give it.",
        Body = typeof(PreviewRoleBody),
        BodyExample = """{"permissions":[{"action":"logs.read","days":7},{"action":"quota.request"}]}""",
        Answer = typeof(PreviewRoleAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var permissions = await PermissionFields.ReadAsync(call, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        var names = await call.Data.Projects.ToDictionaryAsync(p => p.Id, p => p.Name, call.CancellationToken);
        var language = PermissionTexts.LanguageOf(call.AcceptLanguage);
        return new Answer(new PreviewRoleAnswer
        {
            Language = language,
            Sentences = [.. permissions!.SelectMany(p => PermissionTexts.Sentences(p, language, id => $"“{names.GetValueOrDefault(id, id)}”"))],
        });
    }
}
