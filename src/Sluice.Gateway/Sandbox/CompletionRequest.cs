namespace Sluice.Gateway.Sandbox;

/// <summary>One prompt of a completion request.</summary>
/// <param name="End">Its last characters, for the answer to go on from; empty for a prompt of token ids.</param>
/// <param name="Echo">The whole prompt where <c>echo</c> asks for it back.</param>
internal sealed record CompletionPrompt(string End, string? Echo);

/// <summary>A plain or fill-in-the-middle completion request.</summary>
internal sealed class CompletionRequest
{
    public required string Model { get; init; }
    public required SandboxFlavour Flavour { get; init; }
    public required ulong Seed { get; init; }
    public bool Stream { get; set; }
    public bool IncludeUsage { get; set; }
    public long TokensMax { get; set; }
    public int ChoicesPerPrompt { get; set; } = 1;
    public IReadOnlyList<string> Stops { get; set; } = [];
    public List<CompletionPrompt> Prompts { get; } = [];
    /// <summary>Beginning of the text after the gap; <see langword="null"/> for a plain completion.</summary>
    public string? Suffix { get; set; }
    public long PromptTokens { get; set; }
}
