namespace Sluice.Server.Hosting;

/// <summary>What the operator wrote after the program's name.</summary>
/// <param name="SetupLink">Whether a set-up link is wanted, not a server.</param>
public sealed record CommandLine(string? Urls, string? Data, bool Help, bool Version, bool SetupLink = false)
{
    /// <summary>Whether audit logs are to be checked instead of serving.</summary>
    public bool VerifiesAudit { get; init; }

    /// <summary>The one organisation whose audit log is to be checked, or <see langword="null"/> for all.</summary>
    public string? Organisation { get; init; }

    /// <summary>A file of checkpoints to check against instead of this node's own.</summary>
    public string? Checkpoints { get; init; }

    public const string HelpText = """
        Sluice: a gateway for LLM APIs.

        Usage: Sluice.Server [--urls <urls>] [--data <folder>]
               Sluice.Server audit verify [--data <folder>] [--organisation <id>] [--checkpoints <file>]
               Sluice.Server setup-link [--data <folder>]

          setup-link        Print a new link for becoming the operator, as long as there is none, and end.

          --urls <urls>     Where to listen, separated by ';' (default http://localhost:5080).
          --data <folder>   Where the database, the journal and the key material are kept (default ./data).
          --organisation <id>    With 'audit verify': check this organisation's log only.
          --checkpoints <file>   With 'audit verify': a copy of the checkpoints that was kept elsewhere.
          --version         Print the version and end.
          --help            Print this and end.

        'audit verify' checks the audit logs, also while the server runs, and prints a line for each organisation.
        It ends with 0 if all hold, 1 if it could not check, 3 if one does not hold.

        Settings come from appsettings.json, a .env file in the working folder, and environment variables
        (Sluice__TrustedProxies__0=10.0.0.0/8 is Sluice:TrustedProxies:0). A vendor's key, such as
        DEEPSEEK_API_KEY or OPENAI_API_KEY, switches that vendor on as an upstream.
        """;

    /// <summary>Accepts <c>--name value</c> and <c>--name=value</c>.</summary>
    /// <exception cref="StartupException">Anything else, with exit code 2.</exception>
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var line = new CommandLine(null, null, false, false);
        var start = 0;
        if (args is ["audit", "verify", ..])
        {
            line = line with { VerifiesAudit = true };
            start = 2;
        }
        for (var i = start; i < args.Count; i++)
        {
            var (name, value) = args[i].IndexOf('=', StringComparison.Ordinal) is var at and > 0
                ? (args[i][..at], args[i][(at + 1)..])
                : (args[i], null);
            switch (name)
            {
                case "--help" or "-h" or "-?" when value is null:
                    line = line with { Help = true };
                    break;
                case "--version" when value is null:
                    line = line with { Version = true };
                    break;
                case "setup-link" when value is null && i == 0:
                    line = line with { SetupLink = true };
                    break;
                case "--urls":
                    line = line with { Urls = Value() };
                    break;
                case "--data":
                    line = line with { Data = Value() };
                    break;
                case "--organisation" when line.VerifiesAudit:
                    line = line with { Organisation = Value() };
                    break;
                case "--checkpoints" when line.VerifiesAudit:
                    line = line with { Checkpoints = Value() };
                    break;
                default:
                    throw new StartupException($"'{args[i]}' is not an option of Sluice: the options are --urls, --data, --version and --help; everything else is a setting, such as the environment variable Sluice__TimeZone.", 2);
            }

            string Value()
            {
                if (value is null && i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)) value = args[++i];
                return string.IsNullOrWhiteSpace(value) ? throw new StartupException($"'{name}' needs a value: see --help.", 2) : value;
            }
        }
        return line;
    }
}
