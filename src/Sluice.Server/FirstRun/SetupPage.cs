using System.Text.Encodings.Web;
using Sluice.Gateway.Keys;
using Sluice.Server.Storage;

namespace Sluice.Server.FirstRun;

/// <summary>
/// <c>GET /setup?token=…</c>: says what to do after the first start. The token grants nothing here; it only keeps strangers from learning
/// that this installation is still to be set up.
/// </summary>
/// <param name="baseUrl">Asked for each page: known once the server listens.</param>
internal sealed class SetupPage(SluiceDatabase database, KeyHasher hasher, Func<string> baseUrl, TimeProvider time)
{
    private const int LookUpsAtOnce = 4;
    private int _lookUps;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/setup", (RequestDelegate)AnswerAsync);

    private async Task AnswerAsync(HttpContext http)
    {
        var valid = await IsValidAsync(http.Request.Query["token"].ToString(), http.RequestAborted);
        var headers = http.Response.Headers;
        http.Response.StatusCode = valid ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        http.Response.ContentType = "text/html; charset=utf-8";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'sha256-" + StyleHash + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        await http.Response.WriteAsync(valid ? Valid.Replace("{base}", HtmlEncoder.Default.Encode(baseUrl()), StringComparison.Ordinal) : Invalid, http.RequestAborted);
    }

    private async Task<bool> IsValidAsync(string token, CancellationToken cancellationToken)
    {
        if (!KeyText.TryParse(token, out var purpose, out var publicId) || purpose != KeyPurpose.Setup) return false;
        var id = publicId.ToString();
        try
        {
            // The page is open to everybody: whoever asks for it many times at once is told what strangers are told.
            if (Interlocked.Increment(ref _lookUps) > LookUpsAtOnce) return false;
            // Not on the socket thread: on SQLite the look-up blocks.
            return await Task.Run(() => FindAsync(token, id, cancellationToken), cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _lookUps);
        }
    }

    private async Task<bool> FindAsync(string token, string publicId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "select hash, pepper_version, expires_at_ms from management_tokens where public_id = @id and purpose = 'setup' and revoked_at_ms is null";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@id", publicId);
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            && hasher.Verify(token, reader.GetFieldValue<byte[]>(0), reader.GetInt32(1))
            && (await reader.IsDBNullAsync(2, cancellationToken) || reader.GetInt64(2) > time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    private const string Style = "body{font:16px/1.5 system-ui,sans-serif;max-width:42em;margin:3em auto;padding:0 1em}code,pre{background:#eee;padding:.1em .3em;overflow-x:auto}pre{padding:1em}";

    private static readonly string StyleHash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Style)));

    private static readonly string Valid = Page("Sluice is running", """
        <p>This version has no web console. Everything is done with the management API, with the management token that the first start wrote to
        <code>first-run.json</code> in the data folder.</p>
        <p>Create a key (its secret is shown once, as <code>key</code>):</p>
        <pre>TOKEN=…   # managementToken in first-run.json
        curl -X POST {base}/api/v1/keys -H "Authorization: Bearer $TOKEN" \
          -H 'Content-Type: application/json' -d '{"name":"my application","kind":"test"}'</pre>
        <p>List keys, and add an upstream:</p>
        <pre>curl {base}/api/v1/keys -H "Authorization: Bearer $TOKEN"

        curl -X POST {base}/api/v1/upstreams -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
          -d '{"name":"deepseek","kind":"openai","baseUrl":"https://api.deepseek.com","apiKey":"sk-…","models":["deepseek-chat"]}'</pre>
        <p>Every operation is described at <a href="/openapi/v1.json">/openapi/v1.json</a>.</p>
        """);

    private static readonly string Invalid = Page("This set-up link is not valid", """
        <p>Set-up links work for 30 minutes after the first start. Nothing is lost: the management token in <code>first-run.json</code>,
        in the server's data folder, does all that can be done.</p>
        """);

    private static string Page(string title, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><style>{Style}</style></head>
        <body><h1>{title}</h1>
        {body}
        </body>
        </html>
        """;
}
