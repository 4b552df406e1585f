using System.Globalization;
using Microsoft.Data.Sqlite;
using Sluice.Gateway.Keys;
using Sluice.Server.Secrets;

namespace ManyKeys;

/// <summary>
/// Fills a database with keys as an installation would have them: a fifth of them in one organisation, the rest in organisations of 100; half of them
/// owned by one of 20,000 members with roles; a few kinds of limits, scopes and address lists.
/// </summary>
internal static class SeedKeys
{
    private const int OfOneOrganisation = 100;
    private const int Members = 20_000;
    private const int TextsKept = 20_000;
    private static readonly string[] Roles = ["role_developer", "role_ai_engineer", "role_admin", "rol_bench"];
    private static readonly string[] Networks = ["[]", "[]", "[]", "[\"127.0.0.0/8\",\"10.0.0.0/8\"]"];
    private static readonly string[] Models = ["[]", "[]", "[\"*\"]"];

    internal static async Task<Seeded> RunAsync(string server, string folder, int keys)
    {
        var texts = Path.Combine(folder, "texts");
        var database = Path.Combine(ServerProcess.Data(folder), "sluice.db");
        var keyFolder = Path.Combine(ServerProcess.Data(folder), "keys");
        if (!File.Exists(texts))
        {
            Console.Error.WriteLine("first start");
            using (var first = ServerProcess.Start(server, folder))
            using (var client = new HttpClient())
                await first.UntilReadyAsync(client);
            Console.Error.WriteLine($"seeding {keys:N0} keys");
            File.WriteAllLines(texts, Write(database, new KeyHasher(KeyMaterial.Load(keyFolder, databaseNeedsKeys: true).Peppers), keys));
        }

        return new Seeded(database, keyFolder, keys, ServerProcess.ManagementToken(folder), File.ReadAllLines(texts));
    }

    private static List<string> Write(string database, KeyHasher hasher, int keys)
    {
        using var connection = new SqliteConnection($"Data Source={database}");
        connection.Open();
        Run(connection, "pragma synchronous = off; pragma cache_size = -400000");
        using var transaction = connection.BeginTransaction();
        var home = Scalar(connection, "select id from organisations limit 1");
        var homeProject = Scalar(connection, "select id from projects limit 1");
        var (organisation, addOrganisation) = Statement(connection, "insert into organisations (id, name, time_zone, created_at_ms) values (@0, @0, @1, 1)", 2);
        var (project, addProject) = Statement(connection, "insert into projects (id, organisation_id, name, created_at_ms, updated_at_ms) values (@0, @1, 'p', 1, 1)", 2);
        var (account, addAccount) = Statement(connection, """
            insert into accounts (id, email, normalized_email, email_confirmed, user_name, normalized_user_name, phone_number_confirmed, security_stamp, concurrency_stamp, two_factor_enabled,
              lockout_enabled, access_failed_count, name, language, created_at_ms, updated_at_ms) values (@0, @0, @0, 1, @0, @0, 0, 's', 'c', 0, 1, 0, @0, 'en', 1, 1)
            """, 1);
        var (member, addMember) = Statement(connection, "insert into members (organisation_id, account_id, joined_at_ms) values (@0, @1, 1)", 2);
        var (assignment, addAssignment) = Statement(connection, "insert into assignments (id, organisation_id, account_id, role_id, source, created_at_ms, created_by) values (@0, @1, @2, @3, 'direct', 1, 'x')", 4);
        var (key, addKey) = Statement(connection, """
            insert into keys (id, organisation_id, project_id, name, name_folded, kind, enabled, scope_routes, scope_models, allowed_networks, calls_per_day, requests_per_minute, owner_id, created_at_ms, updated_at_ms)
            values (@0, @1, @2, @3, @3, 'production', 1, '[]', @4, @5, @6, @7, @8, @9, @9)
            """, 10);
        var (credential, addCredential) = Statement(connection, "insert into key_credentials (public_id, key_id, organisation_id, hash, pepper_version, last_four, created_at_ms) values (@0, @1, @2, @3, @4, @5, 1)", 6);

        var atHome = keys / 5;
        var organisations = (keys - atHome + OfOneOrganisation - 1) / OfOneOrganisation;
        for (var i = 0; i < organisations; i++)
        {
            organisation(Organisation(i), i % 3 == 0 ? "Asia/Shanghai" : "UTC");
            project(Project(i), Organisation(i));
        }

        Run(connection, $"insert into roles (id, organisation_id, name, description, permissions, created_at_ms, updated_at_ms) values ('rol_bench', '{home}', 'bench', '', '[{{\"action\":\"api.call\",\"models\":[\"deepseek-*\"]}}]', 1, 1)");
        var members = Math.Min(Members, keys / 10);
        for (var i = 0; i < members; i++)
        {
            // A quarter of the people in the large organisation, the others one to an organisation.
            var where = i < members / 4 ? home : Organisation(i % organisations);
            account(Account(i));
            member(where, Account(i));
            assignment($"asg_{i:00000000}", where, Account(i), Roles[i % (where == home ? 4 : 3)]);
        }

        var kept = new List<string>();
        for (var i = 0; i < keys; i++)
        {
            var text = KeyText.Create(KeyPurpose.Live, out var publicId).Reveal();
            // Ids sort as they are made; those of the large organisation lie among the others.
            var id = string.Create(CultureInfo.InvariantCulture, $"key_01ZZZZZZZZZZZZZZZZ{i:00000000}");
            var other = i / OfOneOrganisation % organisations;
            var isHome = i % 5 == 0;
            var owner = isHome ? i % (members / 4) : other;
            while (!isHome && owner < members / 4) owner += organisations;
            var where = isHome ? home : Organisation(other);
            key(id, where, isHome ? homeProject : Project(other), $"Key number {i}", Models[i % 3], Networks[i % 4], i % 3 == 0 ? 10_000 : null, i % 4 == 0 ? 600 : null, i % 2 == 0 || owner >= members ? null : Account(owner), 1_700_000_000_000 + i);
            credential(publicId, id, where, hasher.Hash(text, out var version), version, text[^4..]);
            if (i < 1000 || i >= keys - TextsKept) kept.Add(text);
        }

        transaction.Commit();
        foreach (var command in (SqliteCommand[])[addOrganisation, addProject, addAccount, addMember, addAssignment, addKey, addCredential]) command.Dispose();
        Run(connection, "pragma wal_checkpoint(truncate)");
        return kept;
    }

    private delegate void Insert(params object?[] values);

    private static string Organisation(int n) => string.Create(CultureInfo.InvariantCulture, $"org_01ZZZZZZZZZZZZZZZZ{n:00000000}");

    private static string Project(int n) => string.Create(CultureInfo.InvariantCulture, $"prj_01ZZZZZZZZZZZZZZZZ{n:00000000}");

    private static string Account(int n) => string.Create(CultureInfo.InvariantCulture, $"acc_01ZZZZZZZZZZZZZZZZ{n:00000000}");

    private static (Insert Run, SqliteCommand Command) Statement(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++) command.Parameters.Add(new SqliteParameter($"@{i}", null));
        return (values =>
        {
            for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
            command.ExecuteNonQuery();
        }, command);
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }
}
