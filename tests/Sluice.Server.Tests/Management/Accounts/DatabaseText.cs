using System.Text;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>Looks through every column of every table, as whoever has a copy of the database would.</summary>
internal static class DatabaseText
{
    /// <summary>Where a text stands, as itself or as bytes.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(ManagementServer server, string text)
    {
        var found = new List<string>();
        await using var connection = await server.Database.OpenAsync(TestContext.Current.CancellationToken);
        var tables = new List<string>();
        await using (var names = connection.CreateCommand())
        {
            names.CommandText = "select name from sqlite_master where type = 'table'";
            await using var reader = await names.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                tables.Add(reader.GetString(0));
        }

        tables.Count.ShouldBeGreaterThan(20);
        foreach (var table in tables)
        {
            await using var rows = connection.CreateCommand();
#pragma warning disable CA2100 // Names come from the database itself.
            rows.CommandText = $"select * from \"{table}\"";
#pragma warning restore CA2100
            await using var reader = await rows.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    var value = reader.GetValue(i) switch
                    {
                        string s => s,
                        byte[] bytes => Encoding.Latin1.GetString(bytes),
                        var other => Convert.ToString(other, System.Globalization.CultureInfo.InvariantCulture)!,
                    };
                    if (value.Contains(text, StringComparison.Ordinal))
                        found.Add($"{table}.{reader.GetName(i)}");
                }
            }
        }

        return found;
    }
}
