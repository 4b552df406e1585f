namespace Sluice.Server.Documents;

/// <summary>What became of looking at a file.</summary>
/// <param name="Wrong">What is wrong with it, as a sentence; <see langword="null"/> if nothing is.</param>
/// <param name="KeptBytes">How much of it, from the beginning, is the document; what follows is not kept.</param>
internal readonly record struct FileVerdict(string? Wrong, int KeptBytes)
{
    public static FileVerdict Refused(string wrong) => new(wrong, 0);
}
