using Microsoft.Extensions.Logging;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Upstreams;

/// <summary>The upstreams there are now, and the routes that follow from them.</summary>
public sealed class UpstreamRegistry(IUpstreamDirectory directory, UpstreamFactory factory, ILogger<UpstreamRegistry> log) : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private IReadOnlyList<LiveUpstream> _live = [];
    private RouteTable _routes = RouteTable.Empty;

    public RouteTable Routes => Volatile.Read(ref _routes);

    public IReadOnlyList<LiveUpstream> Live => Volatile.Read(ref _live);

    /// <summary>Reads the directory again. An upstream that did not change keeps its connections.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var before = Live;
            var definitions = await directory.LoadAllAsync(cancellationToken);
            var after = definitions.Select(d => before.FirstOrDefault(l => IsSame(l.Definition, d)) ?? new LiveUpstream(d, factory.Create(d))).ToList();
            Volatile.Write(ref _live, after);
            Volatile.Write(ref _routes, new RouteTable(after));
            foreach (var gone in before.Except(after))
            {
                log.LogInformation("Upstream {Name} was changed or removed; its connections end with their calls.", gone.Definition.Name);
                await gone.Transport.DisposeAsync();
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private static bool IsSame(UpstreamDefinition a, UpstreamDefinition b)
        => a.Models.SequenceEqual(b.Models)
        && a.ApiKey?.Reveal() == b.ApiKey?.Reveal()
        && a with { Models = b.Models, ApiKey = b.ApiKey } == b;

    public async ValueTask DisposeAsync()
    {
        foreach (var live in Live) await live.Transport.DisposeAsync();
        _one.Dispose();
    }
}
