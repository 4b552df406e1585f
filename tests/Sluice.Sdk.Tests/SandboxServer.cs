using Sluice.Sdk.Tests;
using Sluice.Testing;

[assembly: AssemblyFixture(typeof(SandboxServer))]

namespace Sluice.Sdk.Tests;

/// <summary>One server with the sandbox behind it, for every test that changes nothing about it but its own keys.</summary>
public sealed class SandboxServer : IAsyncLifetime
{
    public SluiceServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
        => Server = await SluiceServer.StartAsync(new SluiceServerOptions { Settings = { ["Sluice:Sandbox:TokensPerSecond"] = "0" } });

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
