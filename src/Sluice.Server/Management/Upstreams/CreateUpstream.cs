using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Upstreams;

internal static class CreateUpstream
{
    private const int UpstreamsMax = 200;

    public static readonly Operation Operation = new()
    {
        Name = "createUpstream",
        Method = "POST",
        Path = "/upstreams",
        Permission = Permissions.UpstreamsWrite,
        Summary = "Create an upstream",
        Description = "`apiKey` is kept sealed, bound to scheme, host and port of `baseUrl`, and never shown again.",
        Body = typeof(UpstreamBody),
        BodyExample = """{"name":"openai-eu","kind":"openai","baseUrl":"https://api.openai.com/v1","apiKey":"sk-...","models":["gpt-4o-mini"]}""",
        Answer = typeof(UpstreamAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var kind = call.Body.OneOf("kind", [UpstreamKinds.OpenAI, UpstreamKinds.Sandbox], required: true);
        var fields = new UpstreamFields(call, kind, existing: null);
        if (call.Refused() is { } refusal)
            return refusal;
        if (await NameTakenAsync(call, fields.Name!, exceptId: null) is { } taken)
            return taken;
        if (await call.Data.Upstreams.CountAsync(call.CancellationToken) >= UpstreamsMax)
            return new Refusal(ErrorCodes.Conflict, $"There are {UpstreamsMax} upstreams, which is the most there can be.");

        var row = UpstreamFields.Fresh(ObjectId.New(ObjectId.Upstream, call.Now), kind!, call.NowMs);
        var set = fields.ApplyTo(row, call.Tools.Sealer);
        call.Data.Add(row);
        call.Audit("upstream.create", row.Id, [("kind", row.Kind), .. set]);
        call.UpstreamChanged(row.Id);
        return new Answer(UpstreamView.Of(row), OperationCall.Path("upstreams", row.Id));
    }

    /// <summary>Names tell upstreams apart in records and headers, configured ones included.</summary>
    public static async ValueTask<Refusal?> NameTakenAsync(OperationCall call, string name, string? exceptId)
    {
        var lower = name.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL; names are ASCII.
        var taken = await call.Data.Upstreams.AnyAsync(u => u.Name.ToLower() == lower && u.Id != exceptId, call.CancellationToken);
#pragma warning restore CA1304, CA1311, CA1862
        return taken || call.Tools.ConfiguredUpstreams.Any(u => u.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ? new Refusal(ErrorCodes.Conflict, $"There is an upstream named '{name}' already.", [new("name", ErrorCodes.Conflict, "'name' must differ from the other upstreams' names.")])
            : null;
    }
}
