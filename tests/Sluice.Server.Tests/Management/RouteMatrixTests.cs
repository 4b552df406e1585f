using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Server.Authorization;
using Sluice.Server.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Tests.Messages;

namespace Sluice.Server.Tests.Management;

public class RouteMatrixTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    // Every endpoint of the real table × who calls. A new endpoint without a line fails; so does a line without its endpoint.
    // `any` stands for the endpoints that answer methods and paths that there are not. A body of `{}` is sent where one is read.
    private const string Expected = """
        endpoint                                  permission       anonymous garbage data-plane setup revoked expired other own
        any /api/v1/access-reviews                -                401 401 401 401 401 401 405 405
        any /api/v1/access-reviews/{id}           -                401 401 401 401 401 401 405 405
        any /api/v1/access-reviews/{id}/decide    -                401 401 401 401 401 401 405 405
        any /api/v1/access-reviews/{id}/evidence  -                401 401 401 401 401 401 405 405
        any /api/v1/access-reviews/{id}/evidence/verify -                401 401 401 401 401 401 405 405
        any /api/v1/access-reviews/{id}/items     -                401 401 401 401 401 401 405 405
        any /api/v1/access-reviews/{id}/items/{item}/confirm -                401 401 401 401 401 401 405 405
        any /api/v1/access-reviews/{id}/items/{item}/narrow -                401 401 401 401 401 401 405 405
        any /api/v1/access-reviews/{id}/items/{item}/revoke -                401 401 401 401 401 401 405 405
        GET /api/v1/access-reviews                reviews.read     401 401 401 401 401 401 200 200
        GET /api/v1/access-reviews/{id}           reviews.read     401 401 401 401 401 401 404 200
        GET /api/v1/access-reviews/{id}/evidence  reviews.read     401 401 401 401 401 401 404 409
        GET /api/v1/access-reviews/{id}/items     reviews.read     401 401 401 401 401 401 404 200
        POST /api/v1/access-reviews               reviews.write    401 401 401 401 401 401 409 201
        POST /api/v1/access-reviews/{id}/decide   reviews.write    401 401 401 401 401 401 400 400
        POST /api/v1/access-reviews/{id}/evidence/verify reviews.read     401 401 401 401 401 401 400 400
        POST /api/v1/access-reviews/{id}/items/{item}/confirm reviews.write    401 401 401 401 401 401 404 200
        POST /api/v1/access-reviews/{id}/items/{item}/narrow reviews.write    401 401 401 401 401 401 404 200
        POST /api/v1/access-reviews/{id}/items/{item}/revoke reviews.write    401 401 401 401 401 401 404 200
        any /api/v1/audit                         -                401 401 401 401 401 401 405 405
        any /api/v1/audit/export                  -                401 401 401 401 401 401 405 405
        any /api/v1/audit/verify                  -                401 401 401 401 401 401 405 405
        any /api/v1/keys                          -                401 401 401 401 401 401 405 405
        any /api/v1/keys/{id}                     -                401 401 401 401 401 401 405 405
        any /api/v1/keys/{id}/disable             -                401 401 401 401 401 401 405 405
        any /api/v1/keys/{id}/enable              -                401 401 401 401 401 401 405 405
        any /api/v1/keys/{id}/impact              -                401 401 401 401 401 401 405 405
        any /api/v1/keys/{id}/move                -                401 401 401 401 401 401 405 405
        any /api/v1/keys/{id}/signing             -                401 401 401 401 401 401 405 405
        any /api/v1/keys/{id}/revoke              -                401 401 401 401 401 401 405 405
        any /api/v1/keys/{id}/rotate              -                401 401 401 401 401 401 405 405
        any /api/v1/leaks                         -                401 401 401 401 401 401 405 405
        any /api/v1/projects                      -                401 401 401 401 401 401 405 405
        any /api/v1/projects/{id}                 -                401 401 401 401 401 401 405 405
        any /api/v1/projects/{id}/go-live         -                401 401 401 401 401 401 405 405
        any /api/v1/projects/{id}/production-checklist -                401 401 401 401 401 401 405 405
        any /api/v1/requests                      -                401 401 401 401 401 401 405 405
        any /api/v1/requests/{id}                 -                401 401 401 401 401 401 405 405
        any /api/v1/upstreams                     -                401 401 401 401 401 401 405 405
        any /api/v1/upstreams/{id}                -                401 401 401 401 401 401 405 405
        any /api/v1/whoami                        -                401 401 401 401 401 401 405 405
        any /api/{**rest}                         -                401 401 401 401 401 401 404 404
        any /api/v1/access/explain                -                401 401 401 401 401 401 405 405
        any /api/v1/access/mine                   -                401 401 401 401 401 401 405 405
        any /api/v1/assignments                   -                401 401 401 401 401 401 405 405
        any /api/v1/assignments/{id}              -                401 401 401 401 401 401 405 405
        any /api/v1/invitations                   -                401 401 401 401 401 401 405 405
        any /api/v1/invitations/accept            -                401 401 401 401 401 401 405 405
        any /api/v1/invitations/{id}              -                401 401 401 401 401 401 405 405
        any /api/v1/invitations/{id}/resend       -                401 401 401 401 401 401 405 405
        any /api/v1/me/invitations                -                401 401 401 401 401 401 405 405
        any /api/v1/members                       -                401 401 401 401 401 401 405 405
        any /api/v1/members/me/leave              -                401 401 401 401 401 401 405 405
        any /api/v1/members/{id}                  -                401 401 401 401 401 401 405 405
        any /api/v1/organisation                  -                401 401 401 401 401 401 405 405
        any /api/v1/organisation/ownership        -                401 401 401 401 401 401 405 405
        any /api/v1/organisations                 -                401 401 401 401 401 401 405 405
        any /api/v1/permissions                   -                401 401 401 401 401 401 405 405
        any /api/v1/public-mail-domains           -                401 401 401 401 401 401 405 405
        any /api/v1/public-mail-domains/{id}      -                401 401 401 401 401 401 405 405
        any /api/v1/roles                         -                401 401 401 401 401 401 405 405
        any /api/v1/roles/preview                 -                401 401 401 401 401 401 405 405
        any /api/v1/roles/{id}                    -                401 401 401 401 401 401 405 405
        any /api/v1/session/organisation          -                401 401 401 401 401 401 405 405
        any /api/v1/tiers                         -                401 401 401 401 401 401 405 405
        any /api/v1/tiers/{id}                    -                401 401 401 401 401 401 405 405
        any /api/v1/tokens                        -                401 401 401 401 401 401 405 405
        any /api/v1/tokens/{id}                   -                401 401 401 401 401 401 405 405
        DELETE /api/v1/assignments/{id}           roles.write      401 401 401 401 401 401 404 204
        DELETE /api/v1/invitations/{id}           members.write    401 401 401 401 401 401 404 204
        DELETE /api/v1/members/{id}               members.write    401 401 401 401 401 401 404 204
        DELETE /api/v1/organisation               organisation.own 401 401 401 401 401 401 403 403
        DELETE /api/v1/public-mail-domains/{id}   installation.settings 401 401 401 401 401 401 403 204
        DELETE /api/v1/roles/{id}                 roles.write      401 401 401 401 401 401 404 204
        DELETE /api/v1/tokens/{id}                -                401 401 401 401 401 401 404 204
        GET /api/v1/access/mine                   -                401 401 401 401 401 401 200 200
        GET /api/v1/assignments                   roles.read       401 401 401 401 401 401 200 200
        GET /api/v1/invitations                   members.read     401 401 401 401 401 401 200 200
        GET /api/v1/me/invitations                -                401 401 401 401 401 401 403 403
        GET /api/v1/members                       members.read     401 401 401 401 401 401 200 200
        GET /api/v1/members/{id}                  members.read     401 401 401 401 401 401 404 200
        GET /api/v1/organisation                  organisation.read 401 401 401 401 401 401 200 200
        GET /api/v1/organisations                 -                401 401 401 401 401 401 403 403
        GET /api/v1/permissions                   -                401 401 401 401 401 401 200 200
        GET /api/v1/public-mail-domains           installation.settings 401 401 401 401 401 401 403 200
        GET /api/v1/roles                         roles.read       401 401 401 401 401 401 200 200
        GET /api/v1/roles/{id}                    roles.read       401 401 401 401 401 401 404 200
        GET /api/v1/tiers                         -                401 401 401 401 401 401 200 200
        GET /api/v1/tokens                        -                401 401 401 401 401 401 200 200
        PATCH /api/v1/organisation                organisation.write 401 401 401 401 401 401 200 200
        PATCH /api/v1/roles/{id}                  roles.write      401 401 401 401 401 401 404 200
        POST /api/v1/access/explain               -                401 401 401 401 401 401 400 400
        POST /api/v1/assignments                  roles.write      401 401 401 401 401 401 400 400
        POST /api/v1/invitations                  members.write    401 401 401 401 401 401 400 400
        POST /api/v1/invitations/accept           -                401 401 401 401 401 401 403 403
        POST /api/v1/invitations/{id}/resend      members.write    401 401 401 401 401 401 404 200
        POST /api/v1/members/me/leave             -                401 401 401 401 401 401 403 403
        POST /api/v1/organisation/ownership       organisation.own 401 401 401 401 401 401 403 403
        POST /api/v1/organisations                -                401 401 401 401 401 401 403 403
        POST /api/v1/roles                        roles.write      401 401 401 401 401 401 400 400
        POST /api/v1/roles/preview                roles.read       401 401 401 401 401 401 400 400
        POST /api/v1/tokens                       -                401 401 401 401 401 401 400 400
        PUT /api/v1/public-mail-domains/{id}      installation.settings 401 401 401 401 401 401 403 200
        PUT /api/v1/session/organisation          -                401 401 401 401 401 401 403 403
        PUT /api/v1/tiers/{id}                    installation.settings 401 401 401 401 401 401 403 400
        DELETE /api/v1/keys/{id}                  keys.write       401 401 401 401 401 401 404 200
        DELETE /api/v1/keys/{id}/signing          keys.write       401 401 401 401 401 401 404 200
        DELETE /api/v1/projects/{id}              projects.write   401 401 401 401 401 401 404 204
        DELETE /api/v1/upstreams/{id}             upstreams.write  401 401 401 401 401 401 403 204
        GET /api/v1/audit                         audit.read       401 401 401 401 401 401 200 200
        GET /api/v1/audit/export                  audit.read       401 401 401 401 401 401 200 200
        GET /api/v1/keys                          keys.read        401 401 401 401 401 401 200 200
        GET /api/v1/keys/{id}                     keys.read        401 401 401 401 401 401 404 200
        GET /api/v1/keys/{id}/impact              keys.read        401 401 401 401 401 401 404 200
        GET /api/v1/projects                      projects.read    401 401 401 401 401 401 200 200
        GET /api/v1/projects/{id}                 projects.read    401 401 401 401 401 401 404 200
        GET /api/v1/projects/{id}/production-checklist keys.read        401 401 401 401 401 401 404 200
        GET /api/v1/requests                      logs.read        401 401 401 401 401 401 200 200
        GET /api/v1/requests/{id}                 logs.read        401 401 401 401 401 401 404 200
        GET /api/v1/upstreams                     upstreams.read   401 401 401 401 401 401 403 200
        GET /api/v1/upstreams/{id}                upstreams.read   401 401 401 401 401 401 403 200
        GET /api/v1/whoami                        -                401 401 401 401 401 401 200 200
        PATCH /api/v1/keys/{id}                   keys.write       401 401 401 401 401 401 404 200
        PATCH /api/v1/projects/{id}               projects.write   401 401 401 401 401 401 404 200
        PATCH /api/v1/upstreams/{id}              upstreams.write  401 401 401 401 401 401 403 200
        any /api/v1/outbox                        -                401 401 401 401 401 401 405 405
        any /api/v1/outbox/{id}                   -                401 401 401 401 401 401 405 405
        any /api/v1/outbox/{id}/retry             -                401 401 401 401 401 401 405 405
        any /api/v1/messages/test                 -                401 401 401 401 401 401 405 405
        any /api/v1/me/notifications              -                401 401 401 401 401 401 405 405
        any /api/v1/me/notifications/read         -                401 401 401 401 401 401 405 405
        any /api/v1/me/notifications/{id}/read    -                401 401 401 401 401 401 405 405
        GET /api/v1/outbox                        installation.outbox 401 401 401 401 401 401 403 200
        GET /api/v1/outbox/{id}                   installation.outbox 401 401 401 401 401 401 403 200
        POST /api/v1/outbox/{id}/retry            installation.outbox 401 401 401 401 401 401 403 409
        POST /api/v1/messages/test                installation.outbox 401 401 401 401 401 401 403 403
        GET /api/v1/me/notifications              -                401 401 401 401 401 401 403 403
        POST /api/v1/me/notifications/read        -                401 401 401 401 401 401 403 403
        POST /api/v1/me/notifications/{id}/read   -                401 401 401 401 401 401 403 403
        POST /api/v1/audit/verify                 audit.read       401 401 401 401 401 401 200 200
        POST /api/v1/keys                         keys.write       401 401 401 401 401 401 400 400
        POST /api/v1/keys/{id}/disable            keys.write       401 401 401 401 401 401 404 200
        POST /api/v1/keys/{id}/enable             keys.write       401 401 401 401 401 401 404 200
        POST /api/v1/keys/{id}/move               keys.write       401 401 401 401 401 401 404 400
        POST /api/v1/keys/{id}/signing            keys.write       401 401 401 401 401 401 404 409
        POST /api/v1/keys/{id}/revoke             keys.write       401 401 401 401 401 401 404 200
        POST /api/v1/keys/{id}/rotate             keys.write       401 401 401 401 401 401 404 200
        POST /api/v1/leaks                        -                401 401 401 401 401 401 400 400
        POST /api/v1/projects                     projects.write   401 401 401 401 401 401 400 400
        POST /api/v1/projects/{id}/go-live        keys.write       401 401 401 401 401 401 404 400
        POST /api/v1/upstreams                    upstreams.write  401 401 401 401 401 401 403 400
        POST /api/v1/quota-applications           quota.request    401 401 401 401 401 401 400 400
        GET /api/v1/quota-applications            -                401 401 401 401 401 401 200 200
        GET /api/v1/quota-applications/{id}       -                401 401 401 401 401 401 404 200
        POST /api/v1/quota-applications/{id}/withdraw quota.request    401 401 401 401 401 401 404 403
        POST /api/v1/quota-applications/{id}/comments -                401 401 401 401 401 401 404 400
        GET /api/v1/reviews/quota                 -                401 401 401 401 401 401 200 200
        GET /api/v1/reviews/quota/{id}            -                401 401 401 401 401 401 404 200
        POST /api/v1/reviews/quota/{id}/comments  -                401 401 401 401 401 401 404 400
        POST /api/v1/reviews/quota/{id}/approve   -                401 401 401 401 401 401 404 200
        POST /api/v1/reviews/quota/{id}/reject    -                401 401 401 401 401 401 404 400
        GET /api/v1/quota-grants                  -                401 401 401 401 401 401 200 200
        POST /api/v1/quota-grants/{id}/end        -                401 401 401 401 401 401 404 200
        POST /api/v1/enterprise-applications      verification.apply 401 401 401 401 401 401 400 400
        GET /api/v1/enterprise-applications       verification.read 401 401 401 401 401 401 200 200
        GET /api/v1/enterprise-applications/{id}  verification.read 401 401 401 401 401 401 404 200
        POST /api/v1/enterprise-applications/{id}/withdraw verification.apply 401 401 401 401 401 401 404 200
        GET /api/v1/reviews/enterprise            installation.verifications 401 401 401 401 401 401 403 200
        GET /api/v1/reviews/enterprise/{id}       installation.verifications 401 401 401 401 401 401 403 200
        POST /api/v1/reviews/enterprise/{id}/approve installation.verifications 401 401 401 401 401 401 403 200
        POST /api/v1/reviews/enterprise/{id}/reject installation.verifications 401 401 401 401 401 401 403 400
        POST /api/v1/tickets                      tickets.write    401 401 401 401 401 401 400 400
        GET /api/v1/tickets                       tickets.read     401 401 401 401 401 401 200 200
        GET /api/v1/tickets/{id}                  tickets.read     401 401 401 401 401 401 404 200
        POST /api/v1/tickets/{id}/messages        tickets.write    401 401 401 401 401 401 404 400
        POST /api/v1/tickets/{id}/close           tickets.write    401 401 401 401 401 401 404 200
        GET /api/v1/support/tickets               installation.tickets 401 401 401 401 401 401 403 200
        GET /api/v1/support/tickets/{id}          installation.tickets 401 401 401 401 401 401 403 200
        POST /api/v1/support/tickets/{id}/messages installation.tickets 401 401 401 401 401 401 403 400
        POST /api/v1/support/tickets/{id}/close   installation.tickets 401 401 401 401 401 401 403 200
        GET /api/v1/documents/{id}                -                401 401 401 401 401 401 404 200
        any /api/v1/documents/{id}                -                401 401 401 401 401 401 405 405
        any /api/v1/enterprise-applications       -                401 401 401 401 401 401 405 405
        any /api/v1/enterprise-applications/{id}  -                401 401 401 401 401 401 405 405
        any /api/v1/enterprise-applications/{id}/withdraw -                401 401 401 401 401 401 405 405
        any /api/v1/quota-applications            -                401 401 401 401 401 401 405 405
        any /api/v1/quota-applications/{id}       -                401 401 401 401 401 401 405 405
        any /api/v1/quota-applications/{id}/comments -                401 401 401 401 401 401 405 405
        any /api/v1/quota-applications/{id}/withdraw -                401 401 401 401 401 401 405 405
        any /api/v1/quota-grants                  -                401 401 401 401 401 401 405 405
        any /api/v1/quota-grants/{id}/end         -                401 401 401 401 401 401 405 405
        any /api/v1/reviews/enterprise            -                401 401 401 401 401 401 405 405
        any /api/v1/reviews/enterprise/{id}       -                401 401 401 401 401 401 405 405
        any /api/v1/reviews/enterprise/{id}/approve -                401 401 401 401 401 401 405 405
        any /api/v1/reviews/enterprise/{id}/reject -                401 401 401 401 401 401 405 405
        any /api/v1/reviews/quota                 -                401 401 401 401 401 401 405 405
        any /api/v1/reviews/quota/{id}            -                401 401 401 401 401 401 405 405
        any /api/v1/reviews/quota/{id}/approve    -                401 401 401 401 401 401 405 405
        any /api/v1/reviews/quota/{id}/comments   -                401 401 401 401 401 401 405 405
        any /api/v1/reviews/quota/{id}/reject     -                401 401 401 401 401 401 405 405
        any /api/v1/support/tickets               -                401 401 401 401 401 401 405 405
        any /api/v1/support/tickets/{id}          -                401 401 401 401 401 401 405 405
        any /api/v1/support/tickets/{id}/close    -                401 401 401 401 401 401 405 405
        any /api/v1/support/tickets/{id}/messages -                401 401 401 401 401 401 405 405
        any /api/v1/tickets                       -                401 401 401 401 401 401 405 405
        any /api/v1/tickets/{id}                  -                401 401 401 401 401 401 405 405
        any /api/v1/tickets/{id}/close            -                401 401 401 401 401 401 405 405
        any /api/v1/tickets/{id}/messages         -                401 401 401 401 401 401 405 405
        """;

    [Fact]
    public async Task Every_endpoint_answers_every_sort_of_caller_as_the_table_says()
    {
        string[] callers = ["", "garbage", server.DataPlaneKey, server.SetupToken, server.RevokedToken, server.ExpiredToken, server.OtherToken, server.OwnToken];
        var lines = new List<string>();
        foreach (var (endpoint, permission) in server.Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<NeedsPermission>() is not null)
            .Select(e => ((e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Single() ?? "any") + " " + e.RoutePattern.RawText, e.Metadata.GetMetadata<NeedsPermission>()!.Permission ?? "-")))
        {
            var (method, pattern) = (endpoint.Split(' ')[0], endpoint.Split(' ')[1]);
            var (reviewId, itemId) = await ReviewOfA(pattern);
            var path = pattern.Replace("{item}", itemId, StringComparison.Ordinal).Replace("{id}", reviewId.Length > 0 ? reviewId : await ObjectOfA(pattern), StringComparison.Ordinal).Replace("{**rest}", "v1/nothing/here", StringComparison.Ordinal);
            var cells = new List<string>();
            foreach (var token in callers)
            {
                var body = method is "GET" or "DELETE" ? null : "{}";
                var reply = await server.SendAsync(method is "any" ? "PURGE" : method, path, body, token);
                cells.Add(((int)reply.Status).ToString());
            }

            lines.Add($"{endpoint,-41} {permission,-16} {string.Join(' ', cells)}");
        }

        string.Join('\n', lines.Order(StringComparer.Ordinal)).ShouldBe(string.Join('\n', Expected.Split('\n').Skip(1).Select(l => l.TrimEnd()).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_endpoint_needs_a_caller_or_is_on_the_list_of_open_ones() => OpenRoutes.Unlisted(server.Endpoints).ShouldBeEmpty();

    [Fact]
    public void Every_permission_that_a_route_names_exists() =>
        server.Endpoints.Select(e => e.Metadata.GetMetadata<NeedsPermission>()?.Permission).OfType<string>().Except(Permissions.All).ShouldBeEmpty();

    [Theory]
    [InlineData("GET", "/API/V1/Keys")]
    [InlineData("GET", "/api/v1/keys/")]
    [InlineData("HEAD", "/api/v1/keys")]
    [InlineData("OPTIONS", "/api/v1/keys")]
    [InlineData("GET", "/api/v1/../v1/keys")]
    [InlineData("GET", "/api/v1/%6Beys")]
    [InlineData("GET", "/api/v1")]
    [InlineData("GET", "/api")]
    public async Task No_spelling_of_a_path_gets_by_without_a_caller(string method, string path) =>
        ((int)(await server.SendAsync(method, path, token: "")).Status).ShouldBe(401);

    [Theory]
    [InlineData("Basic c2stc2xj")]
    [InlineData("Bearer")]
    [InlineData("bearer   ")]
    [InlineData("Token x")]
    public async Task Another_scheme_or_no_token_is_refused(string authorization)
    {
        var reply = await server.SendAsync("GET", "/api/v1/whoami", token: "", headers: ("Authorization", authorization));
        ((int)reply.Status).ShouldBe(401);
        reply.Code.ShouldBe("invalid_management_token");
        reply.Headers["www-authenticate"].ShouldBe("Bearer");
    }

    [Theory]
    [InlineData("sk-slc_mgmt_")]
    [InlineData("SK-SLC_MGMT_abc")]
    public async Task A_token_in_the_query_is_refused_before_anything_else(string value)
    {
        var reply = await server.SendAsync("GET", "/api/v1/whoami?token=" + value);
        ((int)reply.Status).ShouldBe(400);
        reply.Code.ShouldBe("api_key_in_query");
    }

    [Fact]
    public async Task A_token_of_the_right_id_with_another_secret_is_refused()
    {
        var own = server.OwnToken;
        var forged = Sluice.Gateway.Keys.KeyText.Create(Sluice.Gateway.Keys.KeyPurpose.Management, out _).Reveal();
        // The public id of a real token in front of a foreign secret, with the checksum made right again.
        var mixed = own[..24] + forged[24..^6];
        var crc = System.IO.Hashing.Crc32.HashToUInt32(Encoding.ASCII.GetBytes(mixed));
        const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        var check = new char[6];
        for (var i = 5; i >= 0; i--, crc /= 62)
            check[i] = Base62[(int)(crc % 62)];
        var token = mixed + new string(check);
        Sluice.Gateway.Keys.KeyText.TryParse(token, out _, out _).ShouldBeTrue();
        (await server.SendAsync("GET", "/api/v1/whoami", token: token)).Code.ShouldBe("invalid_management_token");
    }

    [Fact]
    public async Task Whoami_says_whose_token_it_is_and_what_it_may_do()
    {
        var own = (await server.SendAsync("GET", "/api/v1/whoami")).Json;
        own.GetProperty("organisationId").GetString().ShouldBe(ManagementServer.OrganisationA);
        own.GetProperty("tokenId").GetString().ShouldBe("mgt_own");
        own.GetProperty("permissions").GetArrayLength().ShouldBe(Permissions.All.Count);
        var other = (await server.SendAsync("GET", "/api/v1/whoami", token: server.OtherToken)).Json;
        other.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()).ShouldNotContain("upstreams.write");
    }

    private async Task<(string Id, string Item)> ReviewOfA(string pattern) =>
        ManagementRoutes.All.FirstOrDefault(o => ManagementRoutes.Root + o.Path == pattern && o.Path.StartsWith("/access-reviews/{id}", StringComparison.Ordinal)) is { } operation
            ? await MatrixObjects.CreateAsync(server, operation, ManagementServer.OrganisationA, new Person("", "", ""))
            : ("", "");

    private async Task<string> ObjectOfA(string pattern) => pattern.Split('/') switch
    {
        [_, _, _, "keys", "{id}", ..] => (await server.CreateKeyAsync()).Id,
        [_, _, _, "projects", "{id}", ..] => (await server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}""")).Id,
        [_, _, _, "upstreams", "{id}", ..] => await server.CreateUpstreamAsync("u" + Guid.CreateVersion7().ToString("N")),
        [_, _, _, "me", "notifications", "{id}", ..] => "ntf_none",
        [_, _, _, "outbox", "{id}", ..] => await server.AddMessageAsync("held"),
        [_, _, _, "requests", "{id}", ..] => await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA),
        [_, _, _, var group, var kind, "{id}", ..] => await OrganisationObjects.NewAsync(server, group + "/" + kind),
        [_, _, _, var kind, "{id}", ..] => await OrganisationObjects.NewAsync(server, kind),
        _ => "",
    };
}
