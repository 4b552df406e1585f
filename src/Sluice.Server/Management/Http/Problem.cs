using System.Text.Json;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Http;

/// <summary>Writes a refusal as RFC 9457 says. The request id is the only part that differs between two answers to the same mistake.</summary>
internal static class Problem
{
    public static async Task SendAsync(HttpContext http, Refusal refusal, string requestId)
    {
        var response = http.Response;
        response.StatusCode = refusal.Code.Status;
        if (refusal.Code.Status is StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        if ((refusal.RetryAfter ?? (refusal.Code.Status is StatusCodes.Status503ServiceUnavailable ? 1 : null)) is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var body = JsonSerializer.SerializeToUtf8Bytes(Body(refusal, requestId), ManagementJson.Default.ProblemBody);
        response.ContentType = ProblemBody.MediaType;
        response.ContentLength = body.Length;
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    public static ProblemBody Body(Refusal refusal, string requestId) => new()
    {
        Title = refusal.Code.Sentence,
        Status = refusal.Code.Status,
        Detail = refusal.Detail,
        Code = refusal.Code.Code,
        RequestId = requestId,
        Errors = refusal.Fields is { Count: > 0 } fields
            ? [.. fields.Select(static f => new FieldProblem { Field = f.Field, Code = f.Code.Code, Message = f.Message })]
            : null,
    };
}
