using Microsoft.Net.Http.Headers;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Http;

/// <summary>Keeps a file that somebody uploaded from being anything but a file: it is saved, not shown, and where a browser shows it nevertheless it may do nothing.</summary>
internal static class FileHeaders
{
    public static void Set(IHeaderDictionary headers, AnsweredFile file)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(file.FileName);
        headers.ContentDisposition = disposition.ToString();
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
