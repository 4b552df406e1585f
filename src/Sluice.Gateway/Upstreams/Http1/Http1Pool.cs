namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>Idle connections to one upstream, last in, first out, so that few stay warm and the rest age out.</summary>
internal sealed class Http1Pool : IDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private readonly List<Http1Connection> _idle = [];
    private bool _closed;

    public Http1Pool(TimeProvider time)
    {
        _time = time;
        _sweeper = time.CreateTimer(static state => ((Http1Pool)state!).Sweep(), this, SweepPeriod, SweepPeriod);
    }

    public int Count
    {
        get
        {
            lock (_gate) return _idle.Count;
        }
    }

    /// <summary>A connection that is fit for another call, or <see langword="null"/>.</summary>
    public Http1Connection? Take()
    {
        while (true)
        {
            Http1Connection connection;
            lock (_gate)
            {
                if (_idle.Count == 0) return null;
                connection = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
            }
            if (connection.IsFit(_time.GetTimestamp())) return connection;
            connection.Close();
        }
    }

    /// <summary>Keeps the connection, or closes it where there are enough or the transport is gone.</summary>
    public void Return(Http1Connection connection)
    {
        connection.MarkIdle(_time.GetTimestamp());
        lock (_gate)
        {
            if (!_closed && _idle.Count < Http1Limits.IdleConnectionsMax)
            {
                _idle.Add(connection);
                return;
            }
        }
        connection.Close();
    }

    private void Sweep()
    {
        List<Http1Connection>? expired = null;
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            for (var i = _idle.Count - 1; i >= 0; i--)
            {
                if (!_idle[i].IsExpired(now)) continue;
                (expired ??= []).Add(_idle[i]);
                _idle.RemoveAt(i);
            }
        }
        if (expired is null) return;
        foreach (var connection in expired) connection.Close();
    }

    public void Dispose()
    {
        _sweeper.Dispose();
        Http1Connection[] all;
        lock (_gate)
        {
            _closed = true;
            all = [.. _idle];
            _idle.Clear();
        }
        foreach (var connection in all) connection.Close();
    }
}
