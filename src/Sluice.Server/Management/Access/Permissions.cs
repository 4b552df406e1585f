namespace Sluice.Server.Management.Access;

/// <summary>What a caller may be allowed to do. A management token holds all of them within its organisation.</summary>
internal static class Permissions
{
    public const string CallerRead = "caller.read";
    public const string KeysRead = "keys.read";
    public const string KeysWrite = "keys.write";
    public const string ProjectsRead = "projects.read";
    public const string ProjectsWrite = "projects.write";
    public const string UpstreamsRead = "upstreams.read";
    public const string UpstreamsWrite = "upstreams.write";
    public const string RequestsRead = "requests.read";
    public const string AuditRead = "audit.read";

    public static readonly IReadOnlyList<string> All =
        [CallerRead, KeysRead, KeysWrite, ProjectsRead, ProjectsWrite, UpstreamsRead, UpstreamsWrite, RequestsRead, AuditRead];

    /// <summary>
    /// Upstreams belong to the installation, not to an organisation: whoever edits one can send everybody's prompts elsewhere.
    /// Only the operator's organisation (the one that the first start made) holds these.
    /// </summary>
    public static bool IsOperators(string permission) => permission is UpstreamsRead or UpstreamsWrite;
}
