using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Records;
using Sluice.Gateway.Streaming;

namespace Sluice.Gateway.Sandbox;

/// <summary>Serves the sandbox's pictures to whoever holds a signed link that has not expired.</summary>
public sealed class SandboxImageEndpoint(SandboxImages images, RequestIds ids)
{
    public const string Route = "/sandbox/images/{id}.png";

    public async Task ServeAsync(HttpContext http)
    {
        var id = (string?)http.Request.RouteValues["id"] ?? "";
        var query = http.Request.Query;
        var (expires, signature) = ((string?)query["expires"], (string?)query["sig"]);
        // Drawing takes milliseconds: not on the I/O thread.
        var (png, problem) = await Task.Run(() => images.TryRender(id, expires, signature, out var png, out var problem) ? (png, "") : (default, problem));
        var response = http.Response;
        response.Headers.CacheControl = "no-store";
        if (problem.Length > 0)
        {
            var refusal = new Refusal(ErrorCodes.LinkNotValid, problem);
            response.StatusCode = refusal.Error.Status;
            response.ContentType = "application/json; charset=utf-8";
            OpenAIErrors.Write(response.BodyWriter, refusal, ids.Next());
            return;
        }

        response.ContentType = "image/png";
        response.ContentLength = png.Length;
        response.Headers["x-sluice-upstream"] = "sandbox";
        await response.Body.WriteAsync(png, http.RequestAborted);
    }
}
