using Sluice.Server.Management;
using Sluice.Server.Tests.Storage;

namespace Sluice.Server.Tests.Management;

/// <summary>Every operation, asked for by somebody who may, with the body of its own description, on every database: an answer or a clear refusal, and never a failure of ours.</summary>
public abstract class EveryOperationContract(IStorageBackend backend)
{
    [Fact]
    public async Task Every_operation_is_carried_out_or_clearly_refused()
    {
        await using var server = new ManagementServer { Storage = await backend.NewOptionsAsync() };
        await server.InitializeAsync();
        foreach (var operation in ManagementRoutes.All)
        {
            // The second time the object is there already, and what was made by the first is in the way.
            for (var round = 0; round < 2; round++)
            {
                var owner = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
                var (id, item) = await MatrixObjects.CreateAsync(server, operation, ManagementServer.OrganisationA, owner);
                var path = ManagementRoutes.Root + operation.Path.Replace("{id}", id, StringComparison.Ordinal).Replace("{item}", item, StringComparison.Ordinal);
                var body = operation.Body is null ? null : operation.BodyExample ?? "{}";
                var reply = await server.SendAsync(operation.Method, path, body, operation.Open is null ? owner.Token : "");
                ((int)reply.Status).ShouldBeLessThan(500, $"{operation.Name}: {reply.Text} {Errors(server)}");
                if ((int)reply.Status >= 400)
                    reply.MediaType.ShouldBe("application/problem+json", operation.Name);
            }
        }
    }

    private static string Errors(ManagementServer server) => string.Join('\n', server.Log.Split('\n').Where(l => l.Contains("Exception", StringComparison.Ordinal)).TakeLast(5));

    [Fact]
    public async Task Every_list_is_turned_page_by_page_by_every_filter_it_has()
    {
        await using var server = new ManagementServer { Storage = await backend.NewOptionsAsync() };
        await server.InitializeAsync();
        var owner = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        foreach (var operation in ManagementRoutes.All.Where(o => o.Method == "GET" && o.Query.Count > 0 && o.Open is null))
        {
            var (id, item) = await MatrixObjects.CreateAsync(server, operation, ManagementServer.OrganisationA, owner);
            var path = ManagementRoutes.Root + operation.Path.Replace("{id}", id, StringComparison.Ordinal).Replace("{item}", item, StringComparison.Ordinal);
            ((int)(await server.SendAsync("GET", path + "?limit=1", token: owner.Token)).Status).ShouldBeLessThan(500, operation.Name);
            foreach (var parameter in operation.Query)
            {
                foreach (var value in parameter.Allowed.Append("1").Append("2030-01-01T00:00:00Z").Append("%25_\\").Append("key_x"))
                {
                    var reply = await server.SendAsync("GET", $"{path}?{parameter.Name}={Uri.EscapeDataString(value)}", token: owner.Token);
                    ((int)reply.Status).ShouldBeLessThan(500, $"{operation.Name} with {parameter.Name}={value}: {reply.Text} {Errors(server)}");
                }
            }
        }
    }
}

public sealed class SqliteEveryOperationTests : EveryOperationContract, IDisposable
{
    private readonly SqliteBackend _backend;

    public SqliteEveryOperationTests() : this(new SqliteBackend()) { }

    private SqliteEveryOperationTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public void Dispose() => _backend.Dispose();
}

public sealed class PostgresEveryOperationTests() : EveryOperationContract(new PostgresBackend());
