using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway;
using Sluice.Gateway.Records;
using Sluice.Gateway.Stages;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;

namespace Sluice.Server.Management.Diagnosis;

internal static class ExplainRequest
{
    public static readonly Operation Operation = new()
    {
        Name = "explainRequest",
        Method = "GET",
        Path = "/requests/{id}/explanation",
        Permission = Permissions.LogsRead,
        Summary = "Say why a recorded call ended as it did, what to do about it, and whether it would pass now",
        Description = "Changes nothing and calls no upstream. `now` goes through the same call, with its key, address, route and model, as things are at this moment; a call that was stopped before its body was read named no model, so that permission and route cannot be judged.",
        Answer = typeof(RequestExplanationAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (await RecordedCall.FindAsync(call, call.Id) is not { } record)
            return Outcome.NotFound;
        var now = await NowAsync(call, record);
        var code = record.ErrorCode;
        var known = code is null ? null : ErrorRemedies.Find(code);
        var remedy = code is null ? null : Finding.RemedyOf(code);
        return new Answer(new RequestExplanationAnswer
        {
            RequestId = record.RequestId,
            Stopped = code is not null,
            Stage = record.StoppedBy,
            Code = code,
            Status = record.Status,
            Cause = code is null ? "The call was answered."
                : known is { } found ? found.Code.Sentence
                : $"Upstream '{record.UpstreamName}' refused the request with the code '{code}'.",
            Remedy = remedy?.Sentence,
            Action = remedy is null ? null : ActionOf(remedy, record),
            WouldPassNow = now is null || (now.Passed && LacksModel(record)) ? null : now.Passed,
            Now = now,
        });
    }

    private static async Task<DiagnosisAnswer?> NowAsync(OperationCall call, RequestRecord record)
    {
        var endpoint = ModelEndpoints.All.FirstOrDefault(e => e.Name == record.Endpoint);
        if (record.KeyId is not { } keyId || endpoint is null)
            return null;
        // Its log is in reach, and the key is the log's: what is said of it is what a caller would be told.
        var key = await RecordedCall.KeyAsync(call, record) is null ? null : await call.Tools.Gateway.Keys.LoadAsync(keyId, call.CancellationToken);
        var question = new DiagnosedCall(keyId, key, endpoint, record.ModelAsked ?? "", RecordedCall.AddressOf(record), RecordedCall.TokensOf(record)) { SeesUpstreams = call.Caller.May(Permissions.UpstreamsRead) };
        return await new RunDiagnosis(call.Tools.Gateway, question).AllAsync(call.CancellationToken);
    }

    private static bool LacksModel(RequestRecord record) => record.ModelAsked is null && ModelEndpoints.All.Any(e => e.Name == record.Endpoint && !e.IsQuestion);

    private static RemedyActionAnswer ActionOf(ErrorRemedy remedy, RequestRecord record)
    {
        (string? target, string? value) = remedy.Action switch
        {
            ErrorActions.OpenUpstream => (record.UpstreamId, record.UpstreamName),
            ErrorActions.ChooseModel => (null, record.ModelAsked),
            ErrorActions.AddAddress => (record.KeyId, record.ClientIp),
            ErrorActions.AskPermission => (record.KeyId, Permissions.ApiCall),
            ErrorActions.RaiseLimit when record.ErrorCode == ErrorCodes.InsufficientQuota.Code => (record.KeyId, LimitNames.CallsPerDay),
            ErrorActions.RetryLater or ErrorActions.CorrectRequest or ErrorActions.TellOperator => (null, null),
            _ => (record.KeyId, null),
        };
        return new RemedyActionAnswer { Kind = remedy.Action, Target = target, Value = value };
    }
}
