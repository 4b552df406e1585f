namespace Sluice.Contracts.Management;

/// <summary>How the installation is, as the node that answers sees it.</summary>
public sealed record SystemAnswer
{
    /// <summary>Version of the node that answers.</summary>
    public required string Version { get; init; }

    /// <summary>What it runs on.</summary>
    public required string Runtime { get; init; }

    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public required string Storage { get; init; }

    /// <summary>When the node was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Why the node takes no calls, as at <c>/readyz</c>; empty where it does.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>What somebody should look at though the node works, as at <c>/readyz</c>.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Whether mails can be sent.</summary>
    public required bool CanMail { get; init; }

    /// <summary>Whether SMS can be sent.</summary>
    public required bool CanText { get; init; }
}
