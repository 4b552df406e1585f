using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Sluice.Console.Serving;

/// <summary>Hands the assets out.</summary>
internal static class ServeAssets
{
    public static Task RunAsync(HttpContext http)
    {
        var response = http.Response;
        if (AssetFiles.Find(http.Request.RouteValues["name"] as string ?? "") is not { } asset)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        response.ContentType = asset.MediaType;
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        var accepted = http.Request.Headers.AcceptEncoding.ToString();
        var bytes = asset.Bytes;
        if (!asset.IsCompressed && accepted.Contains("br", StringComparison.Ordinal))
            (bytes, response.Headers.ContentEncoding) = (asset.Brotli, "br");
        else if (!asset.IsCompressed && accepted.Contains("gzip", StringComparison.Ordinal))
            (bytes, response.Headers.ContentEncoding) = (asset.Gzip, "gzip");
        response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, 0, bytes.Length, http.RequestAborted);
    }
}
