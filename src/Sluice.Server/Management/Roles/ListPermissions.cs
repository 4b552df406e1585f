using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Roles;

internal static class ListPermissions
{
    public static readonly Operation Operation = new()
    {
        Name = "listPermissions",
        Method = "GET",
        Path = "/permissions",
        Permission = null,
        Summary = "List the actions that a role can allow, what they mean and what narrows them",
        Description = "The same for everybody. In English, or in Chinese where `Accept-Language` asks for it.",
        Answer = typeof(Page<PermissionAnswer>),
        Run = RunAsync,
    };

    private static ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return ValueTask.FromResult<Outcome>(refusal);
        var language = PermissionTexts.LanguageOf(call.AcceptLanguage);
        return ValueTask.FromResult<Outcome>(new Answer(new Page<PermissionAnswer>
        {
            Data =
            [
                .. Permissions.All.Select(action => new PermissionAnswer
                {
                    Action = action,
                    Meaning = PermissionTexts.Meaning(action, language),
                    OperatorOnly = Permissions.IsOperators(action),
                    Limits = PermissionTexts.LimitsOf(action),
                }),
            ],
        }));
    }
}
