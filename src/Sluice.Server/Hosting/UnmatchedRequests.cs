using System.Text.Json;
using Microsoft.AspNetCore.Routing.Template;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Json;
using Sluice.Contracts.Management;

namespace Sluice.Server.Hosting;

/// <summary>Answers for addresses that nothing is mapped to: 404, or 405 where only the method is wrong, in the words of that part of the server.</summary>
internal static class UnmatchedRequests
{
    public static void MapUnmatched(this WebApplication app)
    {
        var sources = ((IEndpointRouteBuilder)app).DataSources;
        app.MapFallback("{**path}", (RequestDelegate)(http => AnswerAsync(http, sources)));
    }

    private static Task AnswerAsync(HttpContext http, IEnumerable<EndpointDataSource> sources)
    {
        var methods = MethodsAt(http.Request.Path, sources);
        var error = methods.Count > 0 ? ErrorCodes.MethodNotAllowed : ErrorCodes.NotFound;
        http.Response.StatusCode = error.Status;
        if (methods.Count > 0) http.Response.Headers.Allow = string.Join(", ", methods);
        var message = methods.Count > 0 ? $"{error.Sentence} It supports {string.Join(" and ", methods)}." : error.Sentence;
        if (http.Request.Path.StartsWithSegments("/api"))
        {
            http.Response.ContentType = ProblemBody.MediaType;
            return JsonSerializer.SerializeAsync(http.Response.Body,
                new ProblemBody { Title = error.Sentence, Status = error.Status, Detail = message, Code = error.Code }, ManagementJson.Default.ProblemBody, http.RequestAborted);
        }
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.Body,
            new ErrorBody { Error = new ErrorObject { Message = message, Type = error.Type, Code = error.Code } }, SluiceJson.Default.ErrorBody, http.RequestAborted);
    }

    private static SortedSet<string> MethodsAt(PathString path, IEnumerable<EndpointDataSource> sources)
    {
        var methods = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in sources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not { HttpMethods: var allowed }) continue;
            if (new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), []).TryMatch(path, [])) methods.UnionWith(allowed);
        }
        return methods;
    }
}
