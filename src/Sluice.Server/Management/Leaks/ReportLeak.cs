using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Leaks;

internal static class ReportLeak
{
    private const int TextCharsMax = 500_000;
    public const int TokensMax = 1_000;

    public static readonly Operation Operation = new()
    {
        Name = "reportLeak",
        Method = "POST",
        Path = "/leaks",
        // Whoever has the secret could do worse with it than have it revoked.
        Permission = null,
        Summary = "Revoke the keys and tokens that stand in a text",
        Description = "Finds every key, management token and session token of the organisation in the text, revokes it at once, and tells whom it belongs to. "
            + "Of a key that was rotated since, the leaked secret alone is ended. Of other organisations' tokens nothing is said: they are `not_known`, like those that never were. "
            + "The text is not kept.",
        Body = typeof(LeakBody),
        BodyExample = """{"text":"curl -H 'Authorization: Bearer sk-slc_live_…' …"}""",
        Answer = typeof(LeakAnswer),
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var text = call.Body.Secret("text", TextCharsMax, required: true);
        var tokens = text is null ? [] : LeakedToken.In(text.Reveal(), TokensMax);
        if (tokens.Count > TokensMax)
            call.Body.Refuse("text", ErrorCodes.InvalidValue, $"'text' holds more than {TokensMax} keys and tokens; send it in parts.");
        if (call.Refused() is { } refusal)
            return refusal;

        var trace = new LeakTrace(call, (organisation, action, subject, detail) =>
        {
            if (organisation is null)
                call.Audit(action, subject, [.. detail]);
            else
                call.AuditIn(organisation, action, subject, [.. detail]);
        }, call.KeyChanged, "report", call.Now, call.CancellationToken);
        var answers = await new LeakResponse(LeakReach.Of(call), trace, call.Tools.Hasher).RevokeAsync(tokens);
        var answer = new LeakAnswer { Tokens = answers };
        return call.Acts.Count == 0 ? call.AsItWas(answer) : new Answer(answer);
    }
}
