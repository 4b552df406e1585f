namespace Sluice.Testing.Postgres;

/// <summary>Where PostgreSQL's own programs are on this machine.</summary>
internal static class PostgresBinaries
{
    /// <summary>The folder of initdb and postgres: from PATH, or where Debian puts them (not on PATH), newest version first.</summary>
    public static string Find()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var v) ? v : 0).Select(d => Path.Combine(d, "bin"))
            : [];
        // Debian's wrappers on PATH lack initdb, so both programs are asked for.
        return onPath.Concat(debian).FirstOrDefault(d => d.Length > 0 && File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")))
            ?? throw new InvalidOperationException("These tests need PostgreSQL: install it ('apt-get install postgresql' on Debian), or set SLUICE_TEST_POSTGRES to the connection string of a server where databases may be created.");
    }
}
