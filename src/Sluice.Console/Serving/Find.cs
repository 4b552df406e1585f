using Sluice.Console.Pages;

namespace Sluice.Console.Serving;

/// <summary>Where something that was typed or pasted into the search leads.</summary>
internal static class Find
{
    private static readonly (string Prefix, string Path)[] ById =
    [
        ("req_", "/console/logs?open={0}"), ("key_", "/console/keys/{0}"), ("prj_", "/console/projects/{0}"), ("rol_", "/console/roles/{0}"), ("role_", "/console/roles/{0}"),
        ("rev_", "/console/access-reviews/{0}"), ("qap_", "/console/quota/applications/{0}"), ("tkt_", "/console/support/{0}"), ("ups_", "/console/admin/upstreams/{0}"),
        ("acc_", "/console/members?q={0}"), ("msg_", "/console/admin/outbox/{0}"),
    ];

    public static string Where(string typed)
    {
        var text = typed.Trim();
        if (text.Length is 0 or > 200) return "/console";
        // Of a whole key only its visible part is searched, and nothing of it is put into an address: the script shortens it before it is sent.
        foreach (var (prefix, path) in ById)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                return path.Replace("{0}", text, StringComparison.Ordinal);
        }

        return Address.Of("/console/keys", ("q", text));
    }
}
