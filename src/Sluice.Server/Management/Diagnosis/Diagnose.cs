using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway;
using Sluice.Gateway.Records;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Playground;
using Sluice.Server.Management.RequestLog;

namespace Sluice.Server.Management.Diagnosis;

internal static class Diagnose
{
    private const int ModelCharsMax = 128;

    public static readonly Operation Operation = new()
    {
        Name = "diagnose",
        Method = "POST",
        Path = "/diagnoses",
        Permission = null,
        Summary = "Say step by step what would become of a call, and what to do about it",
        Description = "By the same code that calls are judged with: the way to this installation's public address, key, network, signature, permission, limits, route, upstream, first token. Nothing is taken from "
            + "limits and nobody is called, unless `callUpstream` is true: then a real call of one token is made through all stages, which counts as the key's. For one's own keys, for others' with `keys.read` in their "
            + "project, and for recorded calls with `logs.read`; with `callUpstream` for keys that `openPlayground` would take. With `Accept: text/event-stream` or `?stream=true` the steps come as they end: events `step`, and `done` with the whole answer.",
        Query = [new("stream", "`true` for server-sent events.", "true", "false")],
        Body = typeof(DiagnosisBody),
        BodyExample = """{"keyId":"key_01kbexample0000000000000000","route":"POST /v1/chat/completions","model":"deepseek-chat","address":"203.0.113.7","callUpstream":false}""",
        Answer = typeof(DiagnosisAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        TakesLong = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var keyId = call.Body.Text("keyId", 64);
        var requestId = call.Body.Text("requestId", 64);
        if ((keyId is null) == (requestId is null))
            call.Body.Refuse("keyId", ErrorCodes.InvalidValue, "Send one of 'keyId' and 'requestId'.");
        var route = call.Body.OneOf("route", call.Tools.Endpoints);
        var model = call.Body.Text("model", ModelCharsMax);
        var address = Address(call);
        var real = call.Body.Flag("callUpstream") ?? false;
        var stream = call.Query.OneOf("stream", "true", "false") is { } asked ? asked == "true" : call.WantsEvents;
        if (call.Refused() is { } refusal)
            return refusal;

        RequestRecord? record = null;
        if (requestId is not null)
        {
            record = await RecordedCall.FindAsync(call, requestId);
            if (record?.KeyId is null)
                return record is null ? Outcome.NotFound : new Intake.Refusal(ErrorCodes.Conflict, "No key was known to that call, so there is nothing to go through. Its explanation says what stopped it.");
            keyId = record.KeyId;
        }

        var endpoint = ModelEndpoints.All.FirstOrDefault(e => e.Name == (route ?? record?.Endpoint)) ?? ModelEndpoints.ChatCompletions;
        model ??= endpoint.IsQuestion ? "" : record?.ModelAsked;
        if (model is null && (record is null || real))
            return Intake.Refusal.Of([new("model", ErrorCodes.MissingParameter, "'model' is required for this route.")])!;
        // A recorded call is seen by whoever sees the log; a key by whoever sees keys.
        var key = record is null ? await PlaygroundKey.FindAsync(call, keyId!) : await RecordedCall.KeyAsync(call, record);
        if (key is null)
            return Outcome.NotFound;
        if (real && await PlaygroundKey.RefuseCallerAsync(call, key) is { } notTheirs)
            return notTheirs;

        address ??= record is null ? null : RecordedCall.AddressOf(record);
        var from = address ?? (real ? Plain(call.ClientIp) : null);
        var question = new DiagnosedCall(key.Id, await call.Tools.Gateway.Keys.LoadAsync(key.Id, call.CancellationToken), endpoint, model ?? "", from, record is null ? 1 : RecordedCall.TokensOf(record))
        {
            PublicUrl = new Uri(call.BaseUrl),
            Real = real ? new RealCall(call.Caller.ActorId, call.Caller.SessionId ?? call.Caller.TokenId, call.Caller.OrganisationId, from!) : null,
            SeesUpstreams = call.Caller.May(Permissions.UpstreamsRead),
        };
        var diagnosis = new RunDiagnosis(call.Tools.Gateway, question);
        return stream
            ? new Answer(null) { Streamed = new StreamedBody("text/event-stream; charset=utf-8", "", (body, cancellationToken) => WriteAsync(diagnosis, body, cancellationToken)) }
            : new Answer(await diagnosis.AllAsync(call.CancellationToken));
    }

    private static async Task WriteAsync(RunDiagnosis diagnosis, Stream body, CancellationToken cancellationToken)
    {
        await foreach (var step in diagnosis.StepsAsync(cancellationToken))
            await EventAsync(body, "step", JsonSerializer.SerializeToUtf8Bytes(step, ManagementJson.Default.DiagnosisStepAnswer), cancellationToken);
        await EventAsync(body, "done", JsonSerializer.SerializeToUtf8Bytes(diagnosis.Answer(), ManagementJson.Default.DiagnosisAnswer), cancellationToken);
    }

    private static async Task EventAsync(Stream body, string name, byte[] data, CancellationToken cancellationToken)
    {
        await body.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"event: {name}\ndata: "), cancellationToken);
        await body.WriteAsync(data, cancellationToken);
        await body.WriteAsync("\n\n"u8.ToArray(), cancellationToken);
        await body.FlushAsync(cancellationToken);
    }

    private static IPAddress? Address(OperationCall call)
    {
        if (call.Body.Text("address", 64) is not { } text)
            return null;
        if (IPAddress.TryParse(text, out var address) && (address.AddressFamily != AddressFamily.InterNetwork || address.ToString() == text))
            return Plain(address);
        call.Body.Refuse("address", ErrorCodes.InvalidValue, "'address' must be an IPv4 or IPv6 address, such as 203.0.113.7.");
        return null;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
