namespace Sluice.Server.Hosting;

/// <summary>What a process that hosts the server inside itself decides instead of the machine. All optional.</summary>
public sealed record SluiceHostOverrides
{
    public TimeProvider? Time { get; init; }

    /// <summary>Settings by path (<c>Sluice:TimeZone</c>); they win over files and environment.</summary>
    public IReadOnlyDictionary<string, string?>? Settings { get; init; }

    /// <summary>Instead of the process's own environment.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Instead of the process's working folder.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>Where logs and the banner go instead of standard output. Must be safe to write to from two threads.</summary>
    public TextWriter? Output { get; init; }

    /// <summary>Changes the services before they are built.</summary>
    public Action<IServiceCollection>? Services { get; init; }
}
