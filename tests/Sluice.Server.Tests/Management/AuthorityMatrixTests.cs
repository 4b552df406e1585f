using System.Net;
using Sluice.Server.Authorization;
using Sluice.Server.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Tests.Management;

/// <summary>
/// Every operation × every kind of caller × own and foreign objects. What is expected comes from the table below, which is written by hand and knows nothing of
/// the code: a permission that is not in it, or a role that came to hold more than it says, fails.
/// </summary>
public class AuthorityMatrixTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private static readonly string[] Roles = ["owner", "admin", "developer", "billing", "auditor", "ai_engineer", "operator"];

    // Permission × role. An `o` stands for "in the operator's organisation only".
    private const string Table = """
        api.call                     owner admin developer ai_engineer
        logs.read                    owner admin developer auditor ai_engineer
        usage.read                   owner admin developer billing auditor operator
        keys.read                    owner admin developer auditor
        keys.write                   owner admin developer
        projects.read                owner admin developer billing auditor
        projects.write               owner admin
        quota.request                owner admin developer ai_engineer
        quota.read                   owner admin developer auditor
        quota.approve                owner admin
        organisation.read            owner admin developer billing auditor
        organisation.write           owner admin
        organisation.own             owner
        members.read                 owner admin developer auditor
        members.write                owner admin
        roles.read                   owner admin developer auditor
        roles.write                  owner admin
        tokens.read                  owner admin auditor
        tokens.write                 owner admin
        reviews.read                 owner admin auditor
        reviews.write                owner admin
        audit.read                   owner admin auditor
        verification.read            owner admin auditor
        verification.apply           owner admin
        tickets.read                 owner admin developer
        tickets.write                owner admin developer
        billing.read                 owner admin billing auditor
        budgets.read                 owner admin billing auditor
        budgets.write                owner admin billing
        alerts.read                  owner admin auditor
        alerts.write                 owner admin
        upstreams.read             o owner admin operator
        upstreams.write            o owner admin operator
        installation.settings      o owner operator
        installation.outbox        o owner operator
        installation.people        o owner operator
        installation.verifications o owner operator
        installation.quota         o owner operator
        installation.tickets       o owner operator
        """;

    private static readonly Dictionary<string, (bool OperatorsOnly, string[] Roles)> Expected = Table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(parts => parts[0].Trim(), parts => (parts[1] == "o", parts.Skip(parts[1] == "o" ? 2 : 1).Select(r => r.Trim()).ToArray()));

    // Operations that several permissions lead to, so that their route names none: any one is enough. What is refused is refused openly, except a file, which is hidden.
    private static readonly Dictionary<string, string[]> EitherOf = new()
    {
        ["listQuotaApplications"] = ["quota.request", "quota.read", "quota.approve"],
        ["getQuotaApplication"] = ["quota.request", "quota.read", "quota.approve"],
        ["commentOnQuotaApplication"] = ["quota.request", "quota.read", "quota.approve"],
        ["listQuotaGrants"] = ["quota.request", "quota.read", "quota.approve"],
        ["listQuotaReviews"] = ["quota.approve", "installation.quota"],
        ["getQuotaReview"] = ["quota.approve", "installation.quota"],
        ["approveQuotaApplication"] = ["quota.approve", "installation.quota"],
        ["rejectQuotaApplication"] = ["quota.approve", "installation.quota"],
        ["commentOnQuotaReview"] = ["quota.approve", "installation.quota"],
        ["endQuotaGrant"] = ["quota.approve", "installation.quota"],
        ["listModels"] = ["api.call", "keys.read", "upstreams.read"],
        ["getDocument"] = ["verification.read", "installation.verifications"],
    };

    // Operations about the caller alone, or the same for every caller. `createToken`, `listTokens`, `revokeToken`, `explainAccess`, `reportLeak`, `openPlayground`, `endPlayground` and `diagnose` show a caller what is their own, and more by permission.
    private const string AboutTheCaller = """
        whoAmI getMe updateMe deleteMe confirmIdentity askToConfirm changePassword changeEmail changePhone confirmPhone startTotp confirmTotp disableTotp makeRecoveryCodes
        listPasskeys askForPasskey addPasskey renamePasskey removePasskey listSessions endSession endOtherSessions signOut
        createOrganisation listOrganisations switchOrganisation leaveOrganisation listOwnInvitations acceptInvitation getOwnAccess explainAccess
        createToken listTokens revokeToken listTiers listPermissions listNotifications readNotification readNotifications reportLeak
        openPlayground endPlayground diagnose
        """;

    [Fact]
    public void Every_operation_without_a_permission_of_its_own_is_accounted_for() =>
        ManagementRoutes.All.Where(o => o.Open is null && o.Permission is null).Select(o => o.Name)
            .ShouldBe(AboutTheCaller.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Concat(EitherOf.Keys), ignoreOrder: true);

    public static TheoryData<string> OperationsByEither => [.. EitherOf.Keys];

    [Theory]
    [MemberData(nameof(OperationsByEither))]
    public async Task Any_one_of_several_permissions_is_enough_and_none_is_not(string name)
    {
        var operation = ManagementRoutes.All.Single(o => o.Name == name);
        foreach (var organisation in new[] { ManagementServer.OrganisationA, ManagementServer.OrganisationB })
        {
            foreach (var role in Roles.Append(""))
            {
                var person = await server.AddPersonAsync(organisation, role.Length > 0 ? "role_" + role : null);
                var allowed = EitherOf[name].Select(p => Expected[p]).Any(e => e.Roles.Contains(role) && (!e.OperatorsOnly || organisation == ManagementServer.OrganisationA));
                var (id, item) = await MatrixObjects.CreateAsync(server, operation, organisation, person);
                // A complete body, so that nothing but the right is left to be missing.
                var body = operation.Body is null ? null : operation.BodyExample;
                var reply = await server.SendAsync(operation.Method, $"{ManagementRoutes.Root}{operation.Path.Replace("{id}", id, StringComparison.Ordinal).Replace("{item}", item, StringComparison.Ordinal)}", body, person.Token);
                var cell = $"{name} as '{role}' in {organisation}: {(int)reply.Status} {reply.Text}";
                if (allowed)
                {
                    ShouldBeLetIn(reply, cell);
                    if (reply.Status is HttpStatusCode.Forbidden)
                        reply.Text.ShouldNotContain("It needs one of", Case.Sensitive, cell);
                }
                else if (name == "getDocument")
                {
                    reply.Status.ShouldBe(HttpStatusCode.NotFound, cell);
                }
                else
                {
                    reply.Status.ShouldBe(HttpStatusCode.Forbidden, cell);
                    reply.Json.GetProperty("detail").GetString().ShouldStartWith("It needs one of: ", Case.Sensitive, cell);
                }
            }
        }
    }

    [Fact]
    public void Every_permission_is_in_the_table() => Permissions.All.Order().ShouldBe(Expected.Keys.Order());

    [Fact]
    public void Every_built_in_role_is_in_the_table() => BuiltInRoles.All.Select(r => r.Id).ShouldBe(Roles.Select(r => "role_" + r), ignoreOrder: true);

    public static TheoryData<string> Operations => [.. ManagementRoutes.All.Select(o => o.Name)];

    /// <summary>Callers without any standing, and what each is told.</summary>
    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Nobody_without_a_live_token_or_session_gets_in(string name)
    {
        var operation = ManagementRoutes.All.Single(o => o.Name == name);
        if (operation.Open is not null)
            return;
        var ended = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        await server.EndSessionAsync(ended.SessionId);
        foreach (var token in new[] { "", "sk-slc_mgmt_x", server.DataPlaneKey, server.SetupToken, server.RevokedToken, server.ExpiredToken, ended.Token })
            ((int)(await SendAsync(operation, "any", "any", token)).Status).ShouldBe(401, $"{name} with '{token}'");
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_role_allows_exactly_what_the_table_says(string name)
    {
        var operation = ManagementRoutes.All.Single(o => o.Name == name);
        if (operation.Open is not null || operation.Permission is not { } permission)
            return;
        var (operatorsOnly, roles) = Expected[permission];
        foreach (var organisation in new[] { ManagementServer.OrganisationA, ManagementServer.OrganisationB })
        {
            foreach (var role in Roles.Append(""))
            {
                // A role of its own for each call: some operations take the caller's place away.
                var person = await server.AddPersonAsync(organisation, role.Length > 0 ? "role_" + role : null);
                var allowed = roles.Contains(role) && (!operatorsOnly || organisation == ManagementServer.OrganisationA);
                var (id, item) = await MatrixObjects.CreateAsync(server, operation, organisation, person);
                var reply = await SendAsync(operation, id, item, person.Token);
                var cell = $"{name} as '{role}' in {organisation}: {(int)reply.Status} {reply.Text}";
                if (allowed)
                    ShouldBeLetIn(reply, cell);
                else
                    ShouldBeForbidden(reply, permission, cell);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_token_cut_to_other_scopes_is_forbidden_and_one_cut_to_this_is_let_in(string name)
    {
        var operation = ManagementRoutes.All.Single(o => o.Name == name);
        if (operation.Open is not null || operation.NeedsPerson || operation.Permission is not { } permission)
            return;
        var owner = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        var (id, item) = await MatrixObjects.CreateAsync(server, operation, ManagementServer.OrganisationA, owner);
        ShouldBeForbidden(await SendAsync(operation, id, item, await server.AddTokenAsync(ManagementServer.OrganisationA, owner.AccountId, "nothing.at.all")), permission, name);
        ShouldBeLetIn(await SendAsync(operation, id, item, await server.AddTokenAsync(ManagementServer.OrganisationA, owner.AccountId, permission)), name);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_object_of_another_organisation_is_as_good_as_none(string name)
    {
        var operation = ManagementRoutes.All.Single(o => o.Name == name);
        if (operation.Open is not null || !operation.Path.Contains("{id}", StringComparison.Ordinal))
            return;
        // The operator's people see across organisations on purpose; everybody else's view ends at their own.
        var owner = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        var (id, item) = await MatrixObjects.CreateAsync(server, operation, ManagementServer.OrganisationA, owner);
        var stranger = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner");
        var foreign = await SendAsync(operation, id, item, stranger.Token);
        var nothing = await SendAsync(operation, MatrixObjects.Absent(id), item.Length > 0 ? MatrixObjects.Absent(item) : "", stranger.Token);
        ((int)foreign.Status).ShouldBeInRange(400, 499, name);
        foreign.WithoutRequestId.ShouldBe(nothing.WithoutRequestId, name);
    }

    private Task<Reply> SendAsync(Operation operation, string id, string item, string token)
    {
        var path = ManagementRoutes.Root + operation.Path.Replace("{id}", id, StringComparison.Ordinal).Replace("{item}", item, StringComparison.Ordinal);
        return server.SendAsync(operation.Method, path, operation.Method is "GET" or "DELETE" ? null : "{}", token);
    }

    // What the operation itself says to an empty body is its own affair: here it counts that it was asked.
    private static void ShouldBeLetIn(Reply reply, string cell)
    {
        ((int)reply.Status).ShouldBeLessThan(500, cell);
        reply.Status.ShouldNotBe(HttpStatusCode.Unauthorized, cell);
        reply.Status.ShouldNotBe(HttpStatusCode.NotFound, cell);
        reply.Status.ShouldNotBe(HttpStatusCode.MethodNotAllowed, cell);
        if (reply.Status is HttpStatusCode.Forbidden)
            reply.Json.GetProperty("detail").GetString().ShouldNotStartWith("It needs '", Case.Sensitive, cell);
    }

    private static void ShouldBeForbidden(Reply reply, string permission, string cell)
    {
        reply.Status.ShouldBe(HttpStatusCode.Forbidden, cell);
        reply.Code.ShouldBe("permission_denied", cell);
        reply.Json.GetProperty("detail").GetString().ShouldStartWith($"It needs '{permission}'", Case.Sensitive, cell);
    }
}
