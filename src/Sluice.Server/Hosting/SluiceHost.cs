using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Sluice.Console;
using Sluice.Contracts.Management;
using Sluice.Gateway;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Limits;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Sandbox;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Audit;
using Sluice.Server.Configuration;
using Sluice.Server.ConsoleDoor;
using Sluice.Server.FirstRun;
using Sluice.Server.Management;
using Sluice.Server.Management.Installation;
using Sluice.Server.Messages;
using Sluice.Server.Management.Enterprise;
using Sluice.Server.Management.Quota;
using Sluice.Server.Reviews;
using Sluice.Server.Secrets;
using Sluice.Server.SingleSignOn;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Hosting;

/// <summary>The whole server: settings, data folder, database, gateway, management API and the HTTP server they are reached by.</summary>
public sealed class SluiceHost : IAsyncDisposable
{
    private readonly DataFolder _folder;
    private readonly OpenedStorage _storage;
    private readonly TextWriter _output;

    private SluiceHost(WebApplication app, ServerSettings settings, DataFolder folder, OpenedStorage storage, TextWriter output)
        => (App, Settings, _folder, _storage, _output) = (app, settings, folder, storage, output);

    public WebApplication App { get; }

    public ServerSettings Settings { get; }

    /// <summary>Where callers reach it, without a trailing slash. Known once it listens.</summary>
    public string BaseUrl { get; private set; } = "";

    public static string ProductVersion => typeof(SluiceHost).Assembly.GetName().Version!.ToString(3);

    /// <summary>Runs the program until it is told to stop.</summary>
    /// <returns>The exit code: 0 after an orderly stop, 1 if it could not start, 2 for a wrong command line, 3 if an audit log that was to be checked does not hold.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            RuntimeFloor.Check(Environment.Version);
            var commandLine = CommandLine.Parse(args);
            if (commandLine.Help || commandLine.Version)
            {
                System.Console.WriteLine(commandLine.Help ? CommandLine.HelpText : $"Sluice {ProductVersion}");
                return 0;
            }
            if (commandLine.VerifiesAudit)
                return await VerifyAuditCommand.RunAsync(commandLine, Environment.CurrentDirectory, SettingsFile.ProcessEnvironment(), System.Console.Out, CancellationToken.None);
            if (commandLine.SetupLink)
            {
                await PrintSetupLink.RunAsync(SettingsFile.Read(commandLine, Environment.CurrentDirectory, SettingsFile.ProcessEnvironment(), null, out IConfigurationRoot _), System.Console.Out, TimeProvider.System, CancellationToken.None);
                return 0;
            }
            await using var host = await BuildAsync(args);
            if (await host.StartAsync()) await host.App.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e)
        {
            var (message, exitCode) = StartFailure.Explain(e);
            await System.Console.Error.WriteLineAsync(message);
            return exitCode;
        }
    }

    /// <summary>Reads the settings, opens folder and database, makes the first run's rows and puts everything together; nothing listens yet.</summary>
    /// <exception cref="StartupException">A setting is wrong or the data folder cannot be used.</exception>
    /// <exception cref="StorageException">The database cannot be used.</exception>
    /// <exception cref="KeyMaterialException">The key files cannot be used.</exception>
    public static async Task<SluiceHost> BuildAsync(string[] args, SluiceHostOverrides? overrides = null)
    {
        overrides ??= new SluiceHostOverrides();
        var time = overrides.Time ?? TimeProvider.System;
        var output = overrides.Output ?? System.Console.Out;
        var settings = SettingsFile.Read(CommandLine.Parse(args), overrides.WorkingFolder ?? Environment.CurrentDirectory,
            overrides.Environment ?? SettingsFile.ProcessEnvironment(), overrides.Settings, out var configuration);
        // The sandbox counts with a real vocabulary, which takes a while to load: the first call would wait for it.
        if (settings.Upstreams.All(u => u.Kind == UpstreamKind.Sandbox)) _ = TokenCounter.WarmAsync();
        var folder = DataFolder.Open(settings.DataFolder);
        // The database and the HTTP server do not need each other yet, and each takes a good part of the start.
        var opening = Task.Run(() => OpenedStorage.OpenAsync(folder, settings, time, CancellationToken.None));
        try
        {
            var builder = NewBuilder(settings, configuration, time, output);
            var storage = await opening;
            SluiceHost? host = null;
            builder.Services.AddStorage(storage, settings);
            builder.Services.AddSingleton(new SandboxOptions
            {
                PublicBaseUrl = () => settings.PublicBaseUrl?.AbsoluteUri.TrimEnd('/') ?? host!.BaseUrl,
                ImageSigningKey = storage.Material.Derive("image-links"),
                TokensPerSecond = settings.Sandbox.TokensPerSecond,
            });
            builder.Services.AddSingleton(settings);
            builder.Services.AddGateway(GatewayOptionsOf(settings, folder));
            builder.Services.AddSingleton(s => MessageChannels.Of(settings.Messages, s.GetRequiredService<UpstreamConnector>(), s.GetRequiredService<OperatorHttp>(), time));
            builder.Services.AddManagement((services, options) =>
            {
                options.Endpoints = [.. ModelEndpoints.All.Select(e => e.Name).Distinct()];
                options.StagesOf = services.GetRequiredService<GatewayStages>().NamesOf;
                options.ConfiguredUpstreams = settings.Upstreams;
                options.ClientAddress = services.GetRequiredService<GatewayOptions>().ClientAddress;
                options.BaseUrl = () => settings.PublicBaseUrl?.AbsoluteUri.TrimEnd('/') ?? host!.BaseUrl;
                var (node, startedAt) = (services.GetRequiredService<Readiness>(), time.GetUtcNow());
                options.Node = () => new NodeState(services.GetRequiredService<SluiceDatabase>().Provider is StorageProvider.Sqlite ? "sqlite" : "postgres", startedAt, node.Reasons, node.Warnings);
                options.GitHubScanningKeysUrl = settings.GitHubScanningKeysUrl;
                options.Accounts = settings.Accounts;
                options.SignInProviders = [.. settings.SignIn.Providers.Select(p => new SignInProvider { Name = p.Name, Title = p.Title, Path = $"{OidcProvider.Root}/{p.Name}" })];
                options.CallsOnDay = (keyId, day, _) => new(services.GetRequiredService<InProcessLimits>().CallsOn(keyId, day));
                options.LimitUseOf = (keyId, zone) => services.GetRequiredService<InProcessLimits>().Read(keyId, zone);
            });
            builder.Services.AddOidcSignIn(settings.SignIn);
            builder.Services.AddConsoleDoor();
            builder.Services.AddAudit(settings);
            builder.Services.AddSingleton(new ReviewOptions(settings.RecordDays));
            builder.Services.AddHostedService<LookAfterReviews>();
            builder.Services.AddHostedService<DropOldRecords>();
            builder.Services.AddSingleton<DeliverMessages>();
            builder.Services.AddHostedService(s => s.GetRequiredService<DeliverMessages>());
            builder.Services.AddHostedService(services => services.GetRequiredService<EndQuotaGrants>());
            builder.Services.AddHostedService(services => services.GetRequiredService<ExpireVerifications>());
            builder.Services.AddHostedService(services => services.GetRequiredService<Management.Playground.DropEndedPlaygrounds>());
            builder.Services.AddHostedService<DrainOnStop>();
            overrides.Services?.Invoke(builder.Services);

            var app = builder.Build();
            var readiness = app.Services.GetRequiredService<Readiness>();
            app.UseBaselineHeaders(readiness);
            app.UseRouting();
            app.UseUnmatchedAnswers();
            app.UseConsole();
            app.MapHealth(readiness);
            app.MapGateway();
            app.MapManagement();
            app.MapOidcSignIn();
            app.MapConsoleDoor();
            return host = new SluiceHost(app, settings, folder, storage, output);
        }
        catch
        {
            if (await Settled(opening) is { } storage) await storage.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Closes the books of the last run, listens, and says so.</summary>
    /// <returns><see langword="false"/> if the process was told to stop meanwhile.</returns>
    /// <exception cref="LedgerStartException">The journal cannot be used.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public async Task<bool> StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            // Told of what is recovered from the journal too.
            _ = App.Services.GetRequiredService<KeyUses>();
            // Changes from here on are told; those before are in the snapshots.
            await App.Services.GetRequiredService<ChangeFeed>().PrimeAsync(cancellationToken);
            await App.Services.GetRequiredService<GatewayStart>().StartAsync(cancellationToken);
            await App.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (App.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }
        catch
        {
            // What did start is stopped in order, not torn down.
            await App.StopAsync(CancellationToken.None);
            throw;
        }
        BaseUrl = Settings.PublicBaseUrl?.AbsoluteUri.TrimEnd('/') ?? ListeningAt();
        var upstreams = await App.Services.GetRequiredService<IUpstreamDirectory>().LoadAllAsync(cancellationToken);
        var banner = Banner.Usual(Settings, BaseUrl, upstreams, ProductVersion);
        if (_storage.Secrets is { } secrets)
            banner += Banner.First(secrets, BaseUrl, _storage.FirstRun.Complete(secrets, BaseUrl), SandboxStandIn.ExampleModel(upstreams));
        await _output.WriteAsync(banner);
        await _output.FlushAsync(cancellationToken);
        App.Services.GetRequiredService<Readiness>().Release(Readiness.Starting);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    private static WebApplicationBuilder NewBuilder(ServerSettings settings, IConfiguration configuration, TimeProvider time, TextWriter output)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Sluice.Server", EnvironmentName = Environments.Production, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.AddConfiguration(configuration.GetSection("Logging"));
        builder.Logging.AddProvider(new LineLogger(output, time, settings.JsonLogs));
        builder.AddKestrel(settings);
        builder.Services.AddRoutingCore();
        // Longer than the drain needs, so that a call that ends in its budget is never torn off by the host.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Drain.Delay + settings.Drain.Timeout + TimeSpan.FromSeconds(15));
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<Readiness>();
        return builder;
    }

    private static GatewayOptions GatewayOptionsOf(ServerSettings settings, DataFolder folder) => new()
    {
        ClientAddress = new ClientAddress(settings.TrustedProxies).Of,
        Ledger = new LedgerOptions { Folder = folder.File("journal"), Durability = settings.Ledger.Durability, FlushInterval = settings.Ledger.FlushInterval },
        InstanceName = RandomNumberGenerator.GetHexString(16, lowercase: true),
        Prices = settings.Prices,
    };

    private string ListeningAt()
    {
        var addresses = App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var address = BindingAddress.Parse(addresses.First());
        // What is listened on everywhere is reached here under this name.
        var host = address.Host is "+" or "*" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        return $"{address.Scheme}://{host}:{address.Port}";
    }

    private static async Task<OpenedStorage?> Settled(Task<OpenedStorage> opening)
    {
        try
        {
            return await opening;
        }
        catch (Exception e) when (e is StartupException or StorageException or KeyMaterialException or IOException or OperationCanceledException)
        {
            // Told by whoever asked first.
            return null;
        }
    }
}
