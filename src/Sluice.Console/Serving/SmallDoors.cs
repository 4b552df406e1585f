using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Console.Door;
using Sluice.Console.Language;
using Sluice.Console.Layout;
using Sluice.Console.Pages;
using Sluice.Contracts.Management;

namespace Sluice.Console.Serving;

/// <summary>What the frame's own forms do: look, organisation and project, signing out; and where a searched id leads.</summary>
internal static class SmallDoors
{
    public static void Map(IEndpointRouteBuilder app, Action<IEndpointConventionBuilder> mark)
    {
        mark(app.MapPost("/console/look", static http => FormAsync(http, LookAsync)));
        mark(app.MapPost("/console/switch", static http => FormAsync(http, SwitchAsync)));
        mark(app.MapPost("/console/sign-out", http => FormAsync(http, static async (_, plane) =>
        {
            await plane.DoAsync("DELETE", "/sessions/current");
            return "/console/sign-in";
        })));
        // What scripts ask: an operation by its name here, with the form's token in a header.
        Island(app, mark, "/console/passkey/question", "/sessions/passkey/options");
        Island(app, mark, "/console/passkey/sign-in", "/sessions/passkey");
        Island(app, mark, "/console/passkey/add-question", "/me/passkeys/options");
        Island(app, mark, "/console/passkey/add", "/me/passkeys");
        Island(app, mark, "/console/passkey/confirm-question", "/me/confirm/options");
        Island(app, mark, "/console/passkey/confirm", "/me/confirm");
        Island(app, mark, "/console/playground/session", "/playground-sessions");
        Island(app, mark, "/console/diagnose/steps", "/diagnoses?stream=true");
        Island(app, mark, "/console/upstreams/test", "/upstreams/test");
        Fragments.Map(app, mark);
        mark(app.MapGet("/console/find", static http =>
        {
            http.Response.Redirect(Find.Where(http.Request.Query["q"].ToString()));
            return Task.CompletedTask;
        }));
        mark(app.MapGet("/console/files/{**path}", FileAsync));
    }

    private static Task<string> LookAsync(FormFields form, Plane plane)
    {
        if (Words.Languages.Contains(form.Text("language"))) Looks.Choose(plane.Http, Looks.LanguageCookie, form.Text("language"));
        if (Looks.Themes.Contains(form.Text("theme"))) Looks.Choose(plane.Http, Looks.ThemeCookie, form.Text("theme"));
        return Task.FromResult(Address.Safe(form.Text("return")));
    }

    private static async Task<string> SwitchAsync(FormFields form, Plane plane)
    {
        if (form.Optional("organisation") is { } organisation)
        {
            await plane.DoAsync("PUT", "/session/organisation", new SwitchOrganisationBody { OrganisationId = organisation });
            Looks.Choose(plane.Http, Looks.ProjectCookie, "");
            // The page may be about something that the other organisation does not have.
            return Looks.Root;
        }

        Looks.Choose(plane.Http, Looks.ProjectCookie, form.Text("project"));
        return Address.Safe(form.Text("return"));
    }

    private static void Island(IEndpointRouteBuilder app, Action<IEndpointConventionBuilder> mark, string path, string operation) => mark(app.MapPost(path, async http =>
    {
        if (!await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        await AnswerAsync(http, await http.RequestServices.GetRequiredService<Plane>().SendAsync(new ControlRequest("POST", operation, body.ToArray()) { WantsEvents = WantsEvents(http) }));
    }));

    private static async Task FormAsync(HttpContext http, Func<FormFields, Plane, Task<string>> act)
    {
        if (!await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        http.Response.Redirect(await act(FormFields.Of(http), http.RequestServices.GetRequiredService<Plane>()));
    }

    /// <summary>Files and streams of the management API, for browsers, which have a cookie and no token: <c>/console/files/audit/export?…</c>.</summary>
    private static async Task FileAsync(HttpContext http)
    {
        await AnswerAsync(http, await http.RequestServices.GetRequiredService<Plane>().SendAsync(new ControlRequest("GET", "/" + (http.Request.RouteValues["path"] as string) + http.Request.QueryString) { WantsEvents = WantsEvents(http) }));
    }

    private static bool WantsEvents(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);

    private static async Task AnswerAsync(HttpContext http, ControlReply reply)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.StatusCode = reply.Status;
        if (reply.Problem is { } problem)
        {
            await http.Response.WriteAsJsonAsync(problem, ManagementJson.Default.ProblemBody, "application/problem+json", http.RequestAborted);
            return;
        }

        http.Response.ContentType = reply.MediaType ?? "application/json; charset=utf-8";
        if (reply.FileName is { Length: > 0 } name) http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        if (reply.Write is { } write)
        {
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await write(http.Response.Body, http.RequestAborted);
        }
        else await http.Response.Body.WriteAsync(reply.Body, http.RequestAborted);
    }
}
