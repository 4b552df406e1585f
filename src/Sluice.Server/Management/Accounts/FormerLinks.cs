namespace Sluice.Server.Management.Accounts;

/// <summary>Where links in mails led before there was a console, for mails that lie in mailboxes still.</summary>
internal static class FormerLinks
{
    private static readonly (string From, string To)[] Pages =
    [
        ("/setup", "/console/setup"), ("/verify-email", "/console/verify"), ("/reset-password", "/console/reset/new"), ("/accept-invitation", "/console/invite"), ("/confirm-email-change", "/console/email-change"),
    ];

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var (from, to) in Pages)
        {
            app.MapGet(from, http =>
            {
                var token = http.Request.Query["token"].ToString();
                http.Response.Headers["Referrer-Policy"] = "no-referrer";
                http.Response.Redirect(token.Length == 0 ? to : $"{to}?token={Uri.EscapeDataString(token)}");
                return Task.CompletedTask;
            }).ExcludeFromDescription();
        }
    }
}
