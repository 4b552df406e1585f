using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Storage;

/// <summary>Rows with every member set to something that the schema takes.</summary>
internal static class SampleRows
{
    public static OrganisationRow Organisation(string id = "org_1", string timeZone = "Asia/Shanghai") => new() { Id = id, Name = "Acme", TimeZone = timeZone, CreatedAtMs = 1 };

    public static ProjectRow Project(string id = "prj_1", string organisation = "org_1") =>
        new() { Id = id, OrganisationId = organisation, Name = "Default", CreatedAtMs = 1, UpdatedAtMs = 1 };

    public static KeyRow Key(string id = "key_1", string project = "prj_1", string organisation = "org_1") => new()
    {
        Id = id, OrganisationId = organisation, ProjectId = project, Name = "My key", Kind = "test", Enabled = true,
        ExpiresAtMs = 2_000_000_000_000, ScopeRoutes = """["POST /v1/chat/completions"]""", ScopeModels = """["deepseek-*"]""",
        AllowedNetworks = """["10.0.0.0/8","2001:db8::/32"]""", CallsPerDay = 500, RequestsPerMinute = 60, TokensPerMinute = 100_000, Concurrency = 8,
        CreatedAtMs = 1, UpdatedAtMs = 2,
    };

    public static KeyCredentialRow Credential(string publicId = "abcdefghijkl", string key = "key_1", string organisation = "org_1") => new()
    {
        PublicId = publicId, KeyId = key, OrganisationId = organisation, Hash = [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
        PepperVersion = 1, LastFour = "wxyz", CreatedAtMs = 1, ExpiresAtMs = 3,
    };

    public static UpstreamRow Upstream(string id = "ups_1", string name = "deepseek") => new()
    {
        Id = id, Name = name, Kind = "openai", BaseUrl = "https://api.deepseek.com/v1", Models = """["deepseek-chat","fast=deepseek-reasoner"]""",
        Priority = 1, Weight = 10, AllowPrivateAddress = false, Enabled = true, ConnectTimeoutMs = 5_000, FirstByteTimeoutMs = 600_000, IdleTimeoutMs = 120_000,
        CreatedAtMs = 1, UpdatedAtMs = 1,
    };

    public static ManagementTokenRow Token(string id = "mgt_1", string publicId = "mmmmmmmmmmmm") => new()
    {
        Id = id, OrganisationId = "org_1", Purpose = "management", Name = "First", PublicId = publicId, Hash = new byte[32], PepperVersion = 1, CreatedAtMs = 1,
    };

    public static AuditEntryRow Audit(long seq = 1) => new()
    {
        OrganisationId = "org_1", Seq = seq, AtMs = 1, ActorId = "mgt_1", Action = "key.create", SubjectId = "key_1", Detail = "{}", PreviousHash = [], Hash = new byte[32],
    };
}
