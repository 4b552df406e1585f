using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Storage;

/// <summary>What holds for the control plane's database on every provider.</summary>
public abstract class SluiceDatabaseContract(IStorageBackend backend)
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Table, column, whether it may be null, and what kind of value it holds, as the database itself says.</summary>
    protected abstract Task<IReadOnlyList<(string Table, string Column, bool Nullable, string Kind)>> ReadColumnsAsync(DbConnection connection);

    /// <summary>What the database calls a kind of value.</summary>
    protected virtual string Stored(string kind) => kind;

    [Fact]
    public async Task The_model_and_the_real_schema_are_the_same()
    {
        await using var database = await PreparedAsync();
        await using var db = database.CreateContext();
        var model = db.Model.GetEntityTypes().SelectMany(e => e.GetProperties().Select(p =>
            (e.GetTableName()!, p.GetColumnName(StoreObjectIdentifier.Table(e.GetTableName()!))!, p.IsNullable, Stored(Kind(p.GetTypeMapping().Converter?.ProviderClrType ?? p.ClrType)))));
        await using var connection = await database.OpenAsync(Token);
        var real = (await ReadColumnsAsync(connection)).Where(c => c.Table != "schema_versions");
        real.Select(c => c.ToString()).Order(StringComparer.Ordinal).ShouldBe(model.Select(c => c.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_row_comes_back_as_it_was_written()
    {
        await using var database = await PreparedAsync();
        await using (var db = database.CreateContext())
        {
            // In one save and out of order on purpose: the model knows what refers to what.
            db.AddRange(SampleRows.Credential(), SampleRows.Key(), SampleRows.Project(), SampleRows.Token(), SampleRows.Organisation(), SampleRows.Upstream(), SampleRows.Audit());
            db.Add(new ChangeRow { Kind = "key", SubjectId = "key_1", AtMs = 7 });
            await db.SaveChangesAsync(Token);
        }
        await using (var db = database.CreateContext())
        {
            (await db.Organisations.SingleAsync(Token)).ShouldBeEquivalentTo(SampleRows.Organisation());
            (await db.Projects.SingleAsync(Token)).ShouldBeEquivalentTo(SampleRows.Project());
            (await db.Keys.SingleAsync(Token)).ShouldBeEquivalentTo(SampleRows.Key());
            (await db.KeyCredentials.SingleAsync(Token)).ShouldBeEquivalentTo(SampleRows.Credential());
            (await db.Upstreams.SingleAsync(Token)).ShouldBeEquivalentTo(SampleRows.Upstream());
            (await db.ManagementTokens.SingleAsync(Token)).ShouldBeEquivalentTo(SampleRows.Token());
            (await db.AuditEntries.SingleAsync(Token)).ShouldBeEquivalentTo(SampleRows.Audit());
            (await db.Changes.SingleAsync(Token)).Seq.ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_key_cannot_sit_in_a_project_of_another_organisation()
    {
        await using var database = await PreparedAsync();
        await using var db = database.CreateContext();
        db.AddRange(SampleRows.Organisation(), SampleRows.Organisation("org_2"), SampleRows.Project());
        await db.SaveChangesAsync(Token);
        db.Add(SampleRows.Key(organisation: "org_2"));
        await Should.ThrowAsync<DbUpdateException>(() => db.SaveChangesAsync(Token));
    }

    [Theory]
    [InlineData("update audit_entries set detail = 'x'")]
    [InlineData("delete from audit_entries")]
    public async Task Audit_entries_cannot_be_changed_or_deleted(string sql)
    {
        await using var database = await PreparedAsync();
        await using (var db = database.CreateContext())
        {
            db.Add(SampleRows.Audit());
            await db.SaveChangesAsync(Token);
        }
        await using var connection = await database.OpenAsync(Token);
        (await Should.ThrowAsync<DbException>(() => ExecuteAsync(connection, sql))).Message.ShouldContain("audit entries are never");
    }

    [Fact]
    public async Task Ids_sort_byte_by_byte()
    {
        await using var database = await PreparedAsync();
        await using var db = database.CreateContext();
        db.AddRange(SampleRows.Organisation("org_a"), SampleRows.Organisation("org_B"), SampleRows.Organisation("org_1"), SampleRows.Organisation("org_Z"));
        await db.SaveChangesAsync(Token);
        (await db.Organisations.OrderBy(o => o.Id).Select(o => o.Id).ToListAsync(Token)).ShouldBe(["org_1", "org_B", "org_Z", "org_a"]);
    }

    [Fact]
    public async Task Preparing_a_current_database_again_changes_nothing()
    {
        var options = await backend.NewOptionsAsync();
        for (var i = 0; i < 2; i++)
        {
            await using var database = SluiceDatabase.Open(options, TimeProvider.System);
            await database.PrepareAsync(Token);
        }
    }

    [Fact]
    public async Task Nodes_that_start_at_the_same_time_all_come_up()
    {
        var options = await backend.NewOptionsAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var database = SluiceDatabase.Open(options, TimeProvider.System);
            await database.PrepareAsync(Token);
        }, Token)));
    }

    [Fact]
    public async Task A_database_newer_than_the_program_is_refused_with_one_sentence()
    {
        var options = await backend.NewOptionsAsync();
        await using var database = SluiceDatabase.Open(options, TimeProvider.System);
        await database.PrepareAsync(Token);
        await using (var connection = await database.OpenAsync(Token))
            await ExecuteAsync(connection, "insert into schema_versions (part, version, name, applied_at_ms) values ('control', 999, '0999_later', 1)");
        var e = await Should.ThrowAsync<StorageException>(() => database.PrepareAsync(Token));
        e.Message.ShouldContain("is at version 999, newer than this program");
        e.Message.ShouldContain(database.Location);
    }

    protected async Task<SluiceDatabase> PreparedAsync()
    {
        var database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await database.PrepareAsync(Token);
        return database;
    }

    protected static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private static string Kind(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) => "text",
        var t when t == typeof(byte[]) => "bytes",
        var t when t == typeof(bool) => "flag",
        var t when t == typeof(int) => "int",
        var t when t == typeof(long) => "long",
        var t => t.Name,
    };
}
