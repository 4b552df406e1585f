using Sluice.Server.Configuration;
using Sluice.Server.Storage;

namespace Sluice.Server.Hosting;

/// <summary>The whole server: settings, data folder, database, gateway, management API and the HTTP server they are reached by.</summary>
public sealed class SluiceHost : IAsyncDisposable
{
    private readonly DataFolder _folder;
    private readonly SluiceDatabase _database;

    private SluiceHost(ServerSettings settings, IConfiguration configuration, DataFolder folder, SluiceHostOverrides overrides)
    {
        var time = overrides.Time ?? TimeProvider.System;
        Settings = settings;
        _folder = folder;
        _database = SluiceDatabase.Open(settings.Database is { } connection
            ? StorageOptions.Postgres(connection.Reveal(), settings.MigrateAtStart)
            : StorageOptions.Sqlite(folder.File("sluice.db")), time);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Sluice.Server", EnvironmentName = Environments.Production, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.AddConfiguration(configuration.GetSection("Logging"));
        builder.Logging.AddProvider(new LineLogger(overrides.Output ?? Console.Out, time, settings.JsonLogs));
        builder.AddKestrel(settings);
        builder.Services.AddRoutingCore();
        // Longer than the drain needs, so that a call that ends in its budget is never torn off by the host.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Drain.Delay + settings.Drain.Timeout + TimeSpan.FromSeconds(15));
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(_database);
        builder.Services.AddSingleton<Readiness>();
        overrides.Services?.Invoke(builder.Services);

        App = builder.Build();
        var readiness = App.Services.GetRequiredService<Readiness>();
        App.UseBaselineHeaders(readiness);
        App.UseRouting();
        App.UseUnmatchedAnswers();
        App.MapHealth(readiness);
    }

    public WebApplication App { get; }

    public ServerSettings Settings { get; }

    /// <summary>Runs the program until it is told to stop.</summary>
    /// <returns>The exit code: 0 after an orderly stop, 1 if it could not start, 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            RuntimeFloor.Check(Environment.Version);
            var commandLine = CommandLine.Parse(args);
            if (commandLine.Help || commandLine.Version)
            {
                Console.WriteLine(commandLine.Help ? CommandLine.HelpText : $"Sluice {ProductVersion}");
                return 0;
            }
            var host = Build(args);
            await using var _ = host;
            if (await host.StartAsync()) await host.App.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (StartFailure.Explain(e) is { } failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
    }

    public static string ProductVersion => typeof(SluiceHost).Assembly.GetName().Version!.ToString(3);

    /// <summary>Reads the settings, takes the data folder and puts everything together; nothing listens yet.</summary>
    /// <exception cref="StartupException">A setting is wrong or the data folder cannot be used.</exception>
    /// <exception cref="StorageException">The database's connection string cannot be read.</exception>
    public static SluiceHost Build(string[] args, SluiceHostOverrides? overrides = null)
    {
        overrides ??= new SluiceHostOverrides();
        var settings = SettingsFile.Read(CommandLine.Parse(args), overrides.WorkingFolder ?? Environment.CurrentDirectory,
            overrides.Environment ?? SettingsFile.ProcessEnvironment(), overrides.Settings, out var configuration);
        var folder = DataFolder.Open(settings.DataFolder);
        try
        {
            return new SluiceHost(settings, configuration, folder, overrides);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Opens the books, listens, and says so. Returns false if the process was told to stop meanwhile.</summary>
    public async Task<bool> StartAsync(CancellationToken cancellationToken = default)
    {
        await _database.PrepareAsync(cancellationToken);
        try
        {
            await App.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (App.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }
        App.Services.GetRequiredService<Readiness>().Release(Readiness.Starting);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }
}
