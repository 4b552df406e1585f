using System.Text.Json;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Json;
using Sluice.Contracts.Management;

namespace Sluice.Server.Hosting;

/// <summary>Answers where routing found nothing (404) or only other methods (405), in the words of that part of the server.</summary>
internal static class UnmatchedRequests
{
    /// <summary>Must come right after routing. No catch-all route: it would win over routing's own finding that only the method is wrong.</summary>
    public static void UseUnmatchedAnswers(this IApplicationBuilder app) => app.Use(next => http => http.GetEndpoint() is RouteEndpoint ? next(http) : AnswerAsync(http));

    private static async Task AnswerAsync(HttpContext http)
    {
        // Routing's own endpoint sets the status and Allow, and writes no body.
        if (http.GetEndpoint()?.RequestDelegate is { } refuse) await refuse(http);
        else http.Response.StatusCode = StatusCodes.Status404NotFound;

        var error = http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed ? ErrorCodes.MethodNotAllowed : ErrorCodes.NotFound;
        http.Response.StatusCode = error.Status;
        var message = error == ErrorCodes.MethodNotAllowed ? $"{error.Sentence} It supports {http.Response.Headers.Allow}." : error.Sentence;
        if (HttpMethods.IsHead(http.Request.Method)) return;
        if (http.Request.Path.StartsWithSegments("/api"))
        {
            http.Response.ContentType = ProblemBody.MediaType;
            await JsonSerializer.SerializeAsync(http.Response.Body,
                new ProblemBody { Title = error.Sentence, Status = error.Status, Detail = message, Code = error.Code }, ManagementJson.Default.ProblemBody, http.RequestAborted);
            return;
        }
        http.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(http.Response.Body,
            new ErrorBody { Error = new ErrorObject { Message = message, Type = error.Type, Code = error.Code } }, SluiceJson.Default.ErrorBody, http.RequestAborted);
    }
}
