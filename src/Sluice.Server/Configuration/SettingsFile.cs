using System.Collections;
using System.Net;
using DotNetEnv;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Metering;
using Sluice.Server.Hosting;

namespace Sluice.Server.Configuration;

/// <summary>Collects settings from where the operator may write them and turns them into <see cref="ServerSettings"/>, or says what is wrong.</summary>
public static class SettingsFile
{
    private const string GitHubKeysUrl = "https://api.github.com/meta/public_keys/secret_scanning";
    public const string DefaultUrl = "http://localhost:5080";
    // Frameworks' own sections, read by them.
    private static readonly string[] Foreign = ["Logging", "Kestrel"];

    /// <summary>
    /// Later ones win: the program's appsettings.json, the working folder's, <c>.env</c>, the environment, <paramref name="extra"/>, the command line.
    /// </summary>
    /// <param name="commandLine">Wins over everything else.</param>
    /// <param name="workingFolder">Where <c>.env</c> and the operator's appsettings.json lie, and what relative paths start from.</param>
    /// <param name="environment">The process's, or a test's own.</param>
    /// <param name="extra">Settings by path; for tests.</param>
    /// <param name="configuration">For the framework's own sections.</param>
    /// <exception cref="StartupException">Something is wrong; each sentence names the setting.</exception>
    public static ServerSettings Read(CommandLine commandLine, string workingFolder, IReadOnlyDictionary<string, string> environment,
        IEnumerable<KeyValuePair<string, string?>>? extra, out IConfigurationRoot configuration)
    {
        if (environment.TryGetValue("ASPNETCORE_FORWARDEDHEADERS_ENABLED", out var forwarded) && forwarded.Trim().ToUpperInvariant() is "TRUE" or "1")
            throw new StartupException("ASPNETCORE_FORWARDEDHEADERS_ENABLED lets any caller choose the address it is seen as, which would open every IP allow list: remove it and name your proxies in Sluice:TrustedProxies.");

        var dotEnv = ReadDotEnv(Path.Combine(workingFolder, ".env"));
        configuration = Collect(workingFolder, dotEnv, environment, extra);
        var settings = new SettingReader(configuration);
        string? Variable(string name) => environment.TryGetValue(name, out var value) && value.Trim().Length > 0 ? value : dotEnv.GetValueOrDefault(name);
        var read = Read(settings, commandLine, workingFolder, Variable);
        settings.RefuseUnknown("Sluice");
        if (settings.Problems.Count > 0) throw new StartupException(string.Join(Environment.NewLine, settings.Problems));
        return read;
    }

    /// <summary>The environment of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
        => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");

    private static ServerSettings Read(SettingReader settings, CommandLine commandLine, string workingFolder, Func<string, string?> variable)
    {
        var database = settings.Text("Sluice:Database");
        if (database is not null && !database.Contains('=')) settings.Problem("Sluice:Database", "must be a PostgreSQL connection string such as Host=db;Database=sluice;Username=sluice;Password=…, or empty for SQLite in the data folder");
        var (urls, data) = (settings.Text("Sluice:Urls"), settings.Text("Sluice:Data"));
        var folder = Path.GetFullPath(commandLine.Data ?? data ?? "data", workingFolder);
        var prices = new List<ModelPrice>();
        foreach (var path in settings.Items("Sluice:Prices").Take(10_000))
        {
            var price = ReadPrice(settings, path);
            if (prices.Any(p => p.Model == price.Model && price.Model.Length > 0)) settings.Wrong($"{path}:Model", "has a price already");
            else prices.Add(price);
        }

        return new ServerSettings
        {
            Urls = ReadUrls(settings, commandLine.Urls ?? urls ?? variable("ASPNETCORE_URLS") ?? DefaultUrl, commandLine.Urls is not null),
            DataFolder = folder,
            Database = database is null ? null : new PlainSecret(database),
            MigrateAtStart = settings.Flag("Sluice:Storage:MigrateAtStart") ?? false,
            Upstreams = UpstreamSettings.Read(settings, variable),
            Sandbox = new SandboxSettings(settings.Flag("Sluice:Sandbox:Enabled"), (int)settings.Integer("Sluice:Sandbox:TokensPerSecond", 50, 0, 100_000)),
            Drain = new DrainSettings(
                settings.Duration("Sluice:Drain:DelaySeconds", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
                settings.Duration("Sluice:Drain:TimeoutSeconds", TimeSpan.FromSeconds(25), TimeSpan.Zero, TimeSpan.FromHours(1))),
            Ledger = new LedgerSettings(
                settings.Choice("Sluice:Ledger:Durability", LedgerDurability.Process),
                TimeSpan.FromMilliseconds(settings.Integer("Sluice:Ledger:FlushIntervalMs", 100, 1, 10_000))),
            RecordDays = (int)settings.Integer("Sluice:Records:KeepDays", 400, 0, 36_500),
            AuditCheckpointFile = Path.GetFullPath(settings.Text("Sluice:Audit:CheckpointFile") ?? Path.Combine(folder, "audit-checkpoints.jsonl"), workingFolder),
            Prices = prices,
            TrustedProxies = ReadProxies(settings),
            PublicBaseUrl = settings.Url("Sluice:PublicBaseUrl") is { } url ? new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/')) : null,
            TimeZone = ReadTimeZone(settings),
            Accounts = new Accounts.AccountOptions
            {
                Registration = settings.Choice("Sluice:Accounts:Registration", Accounts.RegistrationMode.Open),
                PasswordProfile = settings.Choice("Sluice:Accounts:PasswordProfile", Accounts.PasswordProfile.Default),
                OidcOnly = settings.Flag("Sluice:SignIn:OidcOnly") ?? false,
            },
            JsonLogs = settings.Flag("Sluice:Logs:Json") ?? false,
            GitHubScanningKeysUrl = ReadGitHubScanning(settings),
            Messages = MessageSettings.Read(settings),
            SignIn = OidcSettings.Read(settings),
        };
    }

    private static string[] ReadUrls(SettingReader settings, string text, bool onCommandLine)
    {
        var urls = text.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var place = onCommandLine ? "--urls" : "Sluice:Urls";
        foreach (var url in urls)
        {
            try
            {
                var address = Microsoft.AspNetCore.Http.BindingAddress.Parse(url);
                if (address.Scheme is "http" or "https" && address.PathBase.Length == 0 && (address.IsUnixPipe || address.Port is >= 0 and <= 65535)
                    // Kestrel cannot take one free port on two loopback addresses at once.
                    && !(address.Port == 0 && address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))) continue;
            }
            catch (FormatException)
            {
                // Told below.
            }
            settings.Wrong(place, url, "must be http://<address>:<port> or https://<address>:<port>; with port 0 the address must be a number, such as 127.0.0.1");
        }
        if (urls.Length == 0) settings.Problem(place, "names no address to listen on");
        return urls;
    }

    private static List<IPNetwork> ReadProxies(SettingReader settings)
    {
        var networks = new List<IPNetwork>();
        foreach (var (path, text) in settings.List("Sluice:TrustedProxies"))
        {
            if (!StrictAddress.TryParseNetwork(text, out var network, out var problem)) settings.Wrong(path, text, problem);
            else if (network.PrefixLength == 0) settings.Wrong(path, text, "trusts every address, so that any caller could choose the one it is seen as: name your proxies' own networks");
            else networks.Add(network);
        }
        return networks;
    }

    private static Uri? ReadGitHubScanning(SettingReader settings)
    {
        var url = settings.Url("Sluice:SecretScanning:GitHub:KeysUrl") ?? new Uri(GitHubKeysUrl);
        return settings.Flag("Sluice:SecretScanning:GitHub:Enabled") is true ? url : null;
    }

    private static TimeZoneInfo ReadTimeZone(SettingReader settings)
    {
        if (settings.Text("Sluice:TimeZone") is not { } name)
            return TimeZoneInfo.Local.HasIanaId ? TimeZoneInfo.Local : TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId) return zone;
        settings.Wrong("Sluice:TimeZone", "must be the IANA name of a time zone that this machine knows, such as Asia/Shanghai");
        return TimeZoneInfo.Utc;
    }

    private static ModelPrice ReadPrice(SettingReader settings, string path)
    {
        var model = settings.Required($"{path}:Model", "name the model, or a prefix ending in '*'");
        if (model.Length > 0 && (!UpstreamSettings.TryParseModel(model, out _) || model.Contains('='))) settings.Wrong($"{path}:Model", "must be a model name or a prefix ending in '*'");
        var currency = settings.Required($"{path}:Currency", "give the ISO 4217 code, such as CNY");
        if (currency.Length > 0 && !(currency.Length == 3 && currency.All(char.IsAsciiLetterUpper))) settings.Wrong($"{path}:Currency", "must be an ISO 4217 code of three capital letters, such as CNY");
        var input = Nano(settings, $"{path}:InputPerMillion", required: true);
        return new ModelPrice(model, currency, input ?? 0,
            Nano(settings, $"{path}:CachedInputPerMillion", required: false) ?? input ?? 0,
            Nano(settings, $"{path}:OutputPerMillion", required: true) ?? 0);
    }

    private static long? Nano(SettingReader settings, string path, bool required)
    {
        if (required && settings.Required(path, "give the price of a million tokens, such as 2 or 0.5").Length == 0) return null;
        return settings.Decimal(path, 1_000_000) is { } price ? (long)Math.Round(price * 1_000_000_000m) : null;
    }

    private static IConfigurationRoot Collect(string workingFolder, IReadOnlyDictionary<string, string> dotEnv,
        IReadOnlyDictionary<string, string> environment, IEnumerable<KeyValuePair<string, string?>>? extra)
    {
        var builder = new ConfigurationBuilder();
        builder.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false);
        var operators = Path.Combine(workingFolder, "appsettings.json");
        if (!Path.GetFullPath(operators).Equals(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "appsettings.json")), StringComparison.Ordinal))
            builder.AddJsonFile(operators, optional: true, reloadOnChange: false);
        builder.Add(new WrittenAsVariables(".env variable", dotEnv.Where(IsSetting)));
        builder.Add(new WrittenAsVariables("environment variable", environment.Where(IsSetting)));
        if (extra is not null) builder.AddInMemoryCollection(extra);
        try
        {
            return builder.Build();
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{e.Message.TrimEnd('.')}: {e.GetBaseException().Message}", inner: e);
        }
    }

    private static bool IsSetting(KeyValuePair<string, string> variable)
        => variable.Key.StartsWith("Sluice__", StringComparison.OrdinalIgnoreCase)
            || Foreign.Any(f => variable.Key.StartsWith(f + "__", StringComparison.OrdinalIgnoreCase));

    private static Dictionary<string, string> ReadDotEnv(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path)) return values;
        try
        {
            // The last one of a name wins, as in a shell. Nothing is put into the process's environment, where children and crash reports would find it.
            foreach (var (name, value) in Env.NoEnvVars().Load(path)) values[name] = value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{path} cannot be read: {e.Message}", inner: e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The parser's message quotes the line, which may be a key.
            throw new StartupException($"{path} cannot be understood: write one NAME=value a line, with values that hold spaces or '#' in quotes.");
        }
        return values;
    }
}
