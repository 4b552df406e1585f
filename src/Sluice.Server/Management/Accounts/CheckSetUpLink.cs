using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

/// <summary>Whether a set-up link still works, before somebody fills in a form for it.</summary>
internal static class CheckSetUpLink
{
    public static readonly Operation Operation = new()
    {
        Name = "checkSetUpLink",
        Method = "POST",
        Path = "/setup/check",
        Permission = null,
        Open = "There is nobody yet; the one-time link proves it.",
        Summary = "Say whether a set-up link still works",
        Description = "Does not use it up. Of a link that was never made here it says `unknown`, whether or not the installation has an operator.",
        Body = typeof(LinkTokenBody),
        BodyExample = """{"token":"sk-slc_setup_…"}""",
        Answer = typeof(SetUpLinkAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var token = call.Body.Text("token", KeyText.LengthMax, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        var (_, status) = await SetUpLinks.FindAsync(call.Accounts.Context, call.Tools.Hasher, token!, call.NowMs, call.CancellationToken);
        return new Answer(new SetUpLinkAnswer
        {
            Status = status switch
            {
                SetUpLinkStatus.Valid => SetUpLinkStatuses.Valid,
                SetUpLinkStatus.Expired => SetUpLinkStatuses.Expired,
                SetUpLinkStatus.Used => SetUpLinkStatuses.Used,
                _ => SetUpLinkStatuses.Unknown,
            },
        });
    }
}
