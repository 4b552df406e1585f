using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;
using Sluice.Console;
using Sluice.Console.Door;
using Sluice.Server.Management.Access;

namespace Sluice.Server.ConsoleDoor;

/// <summary>How the host takes the console in.</summary>
internal static class ConsoleServices
{
    public static void AddConsoleDoor(this IServiceCollection services)
    {
        services.AddConsole();
        services.AddSingleton<IControlPlane, ControlPlane>();
        services.AddDataProtection().SetApplicationName("Sluice");
        services.AddSingleton<ProtectionKeys>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(static provider =>
            new ConfigureOptions<KeyManagementOptions>(options =>
            {
                options.XmlRepository = provider.GetRequiredService<ProtectionKeys>();
                // What is kept is sealed there.
                options.XmlEncryptor = new NullXmlEncryptor();
            }));
    }

    public static void MapConsoleDoor(this IEndpointRouteBuilder app) => app.MapConsole(static endpoint => endpoint.Add(static builder =>
        builder.Metadata.Add(new OpenOperation("The console: its pages hold nothing but what the operations behind them gave to the signed-in person."))));
}
