using Yarp.ReverseProxy.Configuration;

// The yardstick: YARP with its default settings and nothing in front of it. Logging is off, so that it pays only for forwarding.
// Usage: BareYarp --urls http://127.0.0.1:PORT --upstream http://127.0.0.1:PORT
var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
var upstream = builder.Configuration["upstream"] ?? throw new ArgumentException("--upstream is missing: the address to forward to, like http://127.0.0.1:9000");
builder.Services.AddReverseProxy().LoadFromMemory(
    [new RouteConfig { RouteId = "all", ClusterId = "upstream", Match = new RouteMatch { Path = "{**rest}" } }],
    [new ClusterConfig
    {
        ClusterId = "upstream",
        Destinations = new Dictionary<string, DestinationConfig> { ["only"] = new() { Address = upstream } },
    }]);
var app = builder.Build();
app.MapReverseProxy();
app.Run();
