using System.Runtime.CompilerServices;

namespace Sluice.Server.Tests.House;

/// <summary>The files of this repository, found from where this one was compiled.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Source files, generated ones left out, as paths from the root with forward slashes.</summary>
    public static IEnumerable<string> Sources(params string[] folders)
        => folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Find([CallerFilePath] string here = "")
    {
        for (var folder = new DirectoryInfo(Path.GetDirectoryName(here)!); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sluice.slnx"))) return folder.FullName;
        throw new DirectoryNotFoundException("No folder above the tests holds Sluice.slnx.");
    }
}
