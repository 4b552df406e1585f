using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Console.Layout;

namespace Sluice.Console.Serving;

/// <summary>A page for what ends before any page is made: a form that is too large or not this site's, or a defect. Needs nothing that could have failed.</summary>
internal static class Wordless
{
    public static Task AnswerAsync(HttpContext http, Visit visit)
    {
        var (words, encoder) = (visit.Words, http.RequestServices.GetRequiredService<HtmlEncoder>());
        var (title, text) = http.Response.StatusCode switch
        {
            StatusCodes.Status413PayloadTooLarge => (words["That is too large"], words["A form with its file may have 16 MB. Go back and choose a smaller file."]),
            StatusCodes.Status400BadRequest => (words["The form was not taken"], words["It is too large, too old, or not from this site. Go back, load the page again and send it once more."]),
            _ => (words["Something went wrong here"], words["It was written to the log. Try again; if it stays, tell whoever runs this installation when it happened."]),
        };
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync($"""
            <!doctype html>
            <html lang="{words.Language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{encoder.Encode(title)} · Sluice</title><link rel="stylesheet" href="{AssetFiles.Of("console.css")}"></head>
            <body><div class="lone"><main><section class="card lone-card"><h1>{encoder.Encode(title)}</h1><p role="alert">{encoder.Encode(text)}</p><p><a class="btn pri" href="{Looks.Root}">{encoder.Encode(words["To the overview"])}</a></p></section></main></div></body></html>

            """, http.RequestAborted);
    }
}
