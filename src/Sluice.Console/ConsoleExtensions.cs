using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.WebEncoders;
using Sluice.Console.Door;
using Sluice.Console.Layout;
using Sluice.Console.Serving;

namespace Sluice.Console;

/// <summary>How the host takes the console in. It must have registered an <see cref="IControlPlane"/> and where data-protection keys are kept.</summary>
public static class ConsoleExtensions
{
    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        // Chinese goes out as it is; what means something in HTML is escaped all the same.
        services.AddWebEncoders(static options => options.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddScoped<Plane>();
        services.AddScoped<Visit>();
        services.AddAntiforgery(static options =>
        {
            options.Cookie.Name = "sluice_form";
            options.Cookie.Path = Looks.Root;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.FormFieldName = "_form";
            options.HeaderName = "x-sluice-form";
            // Written with the rest of the policy.
            options.SuppressXFrameOptionsHeader = true;
        });
        services.AddResponseCompression(static options =>
        {
            // Tokens of forms are different in each answer, and secrets are in none that can be asked for twice.
            options.EnableForHttps = true;
            options.MimeTypes = ["text/html"];
        });
        services.Configure<BrotliCompressionProviderOptions>(static options => options.Level = System.IO.Compression.CompressionLevel.Fastest);
        return services;
    }

    /// <summary>Must come after routing and before anything that answers for it.</summary>
    public static void UseConsole(this IApplicationBuilder app) =>
        app.UseWhen(static http => http.Request.Path.StartsWithSegments(Looks.Root), static console =>
        {
            console.UseMiddleware<GuardPages>();
            console.UseResponseCompression();
            console.UseAntiforgery();
        });

    /// <summary>Maps the pages, the assets and the console's small endpoints, all below <c>/console</c>; <c>/</c> leads there.</summary>
    /// <param name="app">Where to.</param>
    /// <param name="mark">Applied to every endpoint: how the host says that it is the console's.</param>
    public static void MapConsole(this IEndpointRouteBuilder app, Action<IEndpointConventionBuilder> mark)
    {
        mark(app.MapRazorComponents<App>());
        mark(app.MapGet(AssetFiles.Root + "/{version}/{**name}", ServeAssets.RunAsync));
        mark(app.MapGet("/", static http =>
        {
            http.Response.Redirect(Looks.Root);
            return Task.CompletedTask;
        }));
        SmallDoors.Map(app, mark);
    }
}
