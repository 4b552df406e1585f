using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Upstreams;

internal static class UpdateUpstream
{
    public static readonly Operation Operation = new()
    {
        Name = "updateUpstream",
        Method = "PATCH",
        Path = "/upstreams/{id}",
        Permission = Permissions.UpstreamsWrite,
        Summary = "Change an upstream",
        Description = "Members left out stay as they are. A `baseUrl` with another scheme, host or port needs `apiKey` again (or `null` to remove it): a stored key is never sent to a place it was not entered for. The kind cannot change.",
        Body = typeof(UpdateUpstreamBody),
        BodyExample = """{"weight":10,"enabled":true}""",
        Answer = typeof(UpstreamAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Tools.ConfiguredUpstreams.Any(u => u.Id == call.Id))
            return Configured;
        var row = await call.Data.Upstreams.SingleOrDefaultAsync(u => u.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        var fields = new UpstreamFields(call, row.Kind, row);
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.OtherVersion(row.UpdatedAtMs) is { } other)
            return other;
        if (fields.MovesSecretOf(row))
        {
            const string Why = "To move 'baseUrl' to another scheme, host or port, send 'apiKey' again in the same call, or null to remove it.";
            return new Refusal(ErrorCodes.SecretRequired, Why, [new("apiKey", ErrorCodes.SecretRequired, Why)]);
        }

        if (fields.Name is { } name && await CreateUpstream.NameTakenAsync(call, name, row.Id) is { } taken)
            return taken;
        var changed = fields.ApplyTo(row, call.Tools.Sealer);
        if (changed.Count == 0)
            return call.AsItWas(UpstreamView.Of(row));
        row.UpdatedAtMs = call.Touch(row.UpdatedAtMs);
        call.Audit("upstream.update", row.Id, [.. changed]);
        call.UpstreamChanged(row.Id);
        return new Answer(UpstreamView.Of(row), Version: row.UpdatedAtMs);
    }

    /// <summary>The answer to every change of a configured upstream.</summary>
    public static Refusal Configured { get; } = new(ErrorCodes.Conflict, "The upstream comes from the configuration and is changed there.");
}
