using System.Net;
using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Records;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.RequestLog;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Diagnosis;

/// <summary>A call of the past as a question about now.</summary>
internal static class RecordedCall
{
    /// <summary>The record, as far as the caller's <c>logs.read</c> reaches.</summary>
    public static async Task<RequestRecord?> FindAsync(OperationCall call, string id) =>
        call.Caller.May(Permissions.LogsRead) && ObjectId.Fits(ObjectId.Request, id)
        && await call.Tools.Records.GetAsync(call.Caller.OrganisationId, id, call.CancellationToken) is { } record && new LogReach(call).Holds(record) ? record : null;

    /// <summary>Its key, which may have moved to another project since.</summary>
    public static Task<KeyRow?> KeyAsync(OperationCall call, RequestRecord record) => call.Data.Keys.SingleOrDefaultAsync(k => k.Id == record.KeyId, call.CancellationToken);

    public static IPAddress? AddressOf(RequestRecord record) => record.ClientIp is { } text && IPAddress.TryParse(text, out var address) ? address : null;

    /// <summary>What it used; of a refused call nothing is known, and a token is the least.</summary>
    public static long TokensOf(RequestRecord record) => Math.Max(1, record.PromptTokens + record.CompletionTokens);
}
