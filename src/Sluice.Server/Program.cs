using Sluice.Server.Hosting;

// A bare LF as the end of a header line is read differently by different proxies: it is refused.
AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
// Completions of client sockets run where they arrive instead of waking a pool thread. Read by the runtime when the first socket is made.
if (Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") is null)
    Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

return await SluiceHost.RunAsync(args);
