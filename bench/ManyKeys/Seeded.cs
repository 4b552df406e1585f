namespace ManyKeys;

/// <summary>What the database holds, for calling with.</summary>
/// <param name="Database">The file.</param>
/// <param name="Texts">Key texts, in the order in which the server reads their rows: a few from the beginning and many from the end.</param>
internal sealed record Seeded(string Database, string KeyFolder, int Keys, string ManagementToken, IReadOnlyList<string> Texts);
