using System.Text.RegularExpressions;

namespace Sluice.Server.Tests.House;

/// <summary>The machine keeps the house tidy.</summary>
public partial class TidyTests
{
    private const int LinesMax = 400;
    private static readonly string[] NoNames = ["Common", "Core", "Shared", "Helper", "Helpers", "Util", "Utils", "Manager", "Misc"];

    [Fact]
    public void No_source_file_is_long()
        => Repository.Sources("src").Where(path => Repository.Read(path).AsSpan().Count('\n') > LinesMax).ShouldBeEmpty();

    [Fact]
    public void No_folder_or_file_is_called_by_a_name_that_says_nothing()
        => Repository.Sources("src", "tests").Where(path => path.Split('/', '.').Any(part => NoNames.Contains(part) || NoNames.Any(no => part.EndsWith(no, StringComparison.Ordinal) && part.Length > no.Length && no is "Helper" or "Helpers" or "Utils")))
            .ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later()
        => Repository.Sources("src", "tests", "bench").Where(path => !path.EndsWith("TidyTests.cs") && Unfinished().IsMatch(Repository.Read(path))).ShouldBeEmpty();

    [Fact]
    public void No_test_is_skipped()
        => Repository.Sources("tests").Where(path => !path.EndsWith("TidyTests.cs") && Skipped().IsMatch(Repository.Read(path))).ShouldBeEmpty();

    [Fact]
    public void Every_folder_of_the_source_uses_its_own_name_as_namespace()
        => Repository.Sources("src").Where(path => !path.EndsWith("Program.cs") && !path.EndsWith("ModuleAttributes.cs"))
            .Where(path => !Repository.Read(path).Contains("namespace " + Path.GetDirectoryName(path)!.Replace('\\', '/')["src/".Length..].Replace('/', '.') + ";", StringComparison.Ordinal))
            .ShouldBeEmpty();

    [Fact]
    public void Every_decision_is_in_the_list()
    {
        var list = Repository.Read("docs/decisions/README.md");
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/decisions"), "*.md").Select(Path.GetFileName)
            .Where(name => name != "README.md" && !list.Contains($"({name})", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\bSkip\s*=|Assert\.Skip|Assert\.True\(true\)")]
    private static partial Regex Skipped();
}
