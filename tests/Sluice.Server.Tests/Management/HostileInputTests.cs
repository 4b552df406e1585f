using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management;

namespace Sluice.Server.Tests.Management;

public class HostileInputTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private static readonly string[] Texts =
    [
        "' or 1=1 --", "'; drop table keys; --", "\" or \"\"=\"", "%", "_", "\\", "%' escape '", "1); delete from audit_entries; --", "${jndi:ldap://x}", "{{7*7}}",
        "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "../../../../etc/passwd", "\u0000", "\r\nSet-Cookie: a=b", "\u202Egpj.exe", "\uFFFE", "\u2028", "a\u0301", "😀", "ſ",
        "null", "undefined", "NaN", "-0", "1e400", "true", new string('A', 5000), new string('%', 200), new string('\\', 200),
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-0", "-1", "1.0", "1e400", "-1e400", "9223372036854775807", "9223372036854775808", "1e-400", "\"\"", "[]", "{}", "[null]", "[[]]", "[{}]",
        "{\"a\":{}}", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "[\"\\u0000\"]", "{\"\":\"\"}", "{\"__proto__\":{}}", "{\"$ref\":\"#\"}",
    ];

    [Fact]
    public async Task No_value_of_any_member_makes_a_defect_show()
    {
        var (key, project, upstream) = await ObjectsAsync();
        var values = Values.Concat(Texts.Select(static t => JsonSerializer.Serialize(t))).Append("[" + string.Join(',', Enumerable.Repeat("\"10.0.0.1\"", 5000)) + "]").ToList();
        foreach (var operation in ManagementRoutes.All.Where(o => o.Body is not null))
        {
            var path = Path(operation.Path, key, project, upstream);
            foreach (var member in ManagementJson.Default.GetTypeInfo(operation.Body!)!.Properties.Select(p => p.Name))
            {
                foreach (var chunk in values.Chunk(4))
                {
                    var replies = await Task.WhenAll(chunk.Select(value => server.SendAsync(operation.Method, path, $$"""{"{{member}}":{{value}}}""")));
                    foreach (var (reply, value) in replies.Zip(chunk))
                        ((int)reply.Status).ShouldBeLessThan(500, $"{operation.Name} {member} {value}: {reply.Text}");
                }
            }
        }
    }

    [Fact]
    public async Task No_bytes_for_a_body_make_a_defect_show()
    {
        byte[][] bodies =
        [
            [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], [0x00], [0x7B], [0x7D], [0x22], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [.. "{\"name\":\""u8, 0xC3, .. "\"}"u8], [.. "{\""u8, 0xFF, .. "\":1}"u8], "{\"a\":1}{\"b\":2}"u8.ToArray(), "{'a':1}"u8.ToArray(), "{a:1}"u8.ToArray(), "{\"a\":NaN}"u8.ToArray(),
            "{\"a\":Infinity}"u8.ToArray(), "{\"a\":0x1}"u8.ToArray(), "{\"a\":+1}"u8.ToArray(), "{\"a\":.5}"u8.ToArray(), "{\"a\":\"\t\"}"u8.ToArray(), "// c\n{}"u8.ToArray(),
            Encoding.UTF8.GetBytes(new string('[', 500_000)), Encoding.UTF8.GetBytes("{\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000))),
            Encoding.UTF8.GetBytes("{\"a\":[" + string.Join(',', Enumerable.Repeat("{}", 200_000)) + "]}"),
            Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"k{i}\":1")) + "}"),
            Encoding.UTF8.GetBytes("{\"" + new string('k', 500_000) + "\":1}"), Encoding.UTF8.GetBytes("{\"a\":" + new string('9', 500_000) + "}"),
        ];
        var (key, project, upstream) = await ObjectsAsync();
        foreach (var operation in ManagementRoutes.All.Where(o => o.Method is not "GET"))
        {
            foreach (var body in bodies)
            {
                var content = new ByteArrayContent(body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                var reply = await server.SendAsync(operation.Method, Path(operation.Path, key, project, upstream), content: content);
                ((int)reply.Status).ShouldBeInRange(400, 499, $"{operation.Name} {Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(40, body.Length)))}: {reply.Text}");
            }
        }
    }

    [Fact]
    public async Task No_text_in_path_query_or_header_makes_a_defect_show_or_finds_more_than_it_names()
    {
        await ObjectsAsync();
        var keysBefore = await server.QueryAsync(db => db.Keys.CountAsync());
        foreach (var text in Texts.Where(t => t.Length < 1000))
        {
            var escaped = Uri.EscapeDataString(text);
            foreach (var path in new[]
            {
                $"/api/v1/keys/{escaped}", $"/api/v1/projects/{escaped}", $"/api/v1/requests/{escaped}", $"/api/v1/keys?search={escaped}", $"/api/v1/keys?tag={escaped}", $"/api/v1/keys?ownerId={escaped}", $"/api/v1/keys?projectId={escaped}", $"/api/v1/keys?cursor={escaped}",
                $"/api/v1/keys?{escaped}=1", $"/api/v1/audit?action={escaped}", $"/api/v1/requests?model={escaped}",
            })
            {
                var reply = await server.SendAsync("GET", path);
                ((int)reply.Status).ShouldBeLessThan(500, path);
                if (path.Contains("name=", StringComparison.Ordinal) && (int)reply.Status == 200)
                    reply.Json.GetProperty("data").EnumerateArray().ShouldAllBe(k => k.GetProperty("name").GetString()!.Contains(text, StringComparison.OrdinalIgnoreCase));
            }

            ((int)(await server.SendAsync("DELETE", $"/api/v1/keys/{escaped}")).Status).ShouldBeLessThan(500, text);
        }

        (await server.QueryAsync(db => db.Keys.CountAsync())).ShouldBe(keysBefore);
    }

    private async Task<(string Key, string Project, string Upstream)> ObjectsAsync() =>
        ((await server.CreateKeyAsync()).Id, (await server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}""")).Id, await server.CreateUpstreamAsync("h" + Guid.CreateVersion7().ToString("N")));

    private static string Path(string path, string key, string project, string upstream) =>
        "/api/v1" + path.Replace("{id}", path.Split('/')[1] switch { "keys" => key, "projects" => project, _ => upstream }, StringComparison.Ordinal);
}
