using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Sluice.Server.Hosting;

/// <summary>
/// Logs, one line an event, plain or JSON. Whoever logs never waits: lines go through a queue of <see cref="QueueMax"/>, and when the terminal or pipe
/// does not keep up, lines are dropped and counted. Control characters are shown as <c>\uXXXX</c>, so that nothing a caller sends can forge a line or drive a terminal.
/// </summary>
internal sealed class LineLogger : ILoggerProvider
{
    private const int QueueMax = 4096;
    private const int LineMax = 16 * 1024;
    private const int HostedServiceStartupFaulted = 11;
    private readonly TextWriter _out;
    private readonly TimeProvider _time;
    private readonly bool _json;
    private readonly Channel<string> _queue;
    private readonly Task _writing;
    private long _dropped;

    public LineLogger(TextWriter @out, TimeProvider time, bool json)
    {
        _out = @out;
        _time = time;
        _json = json;
        _queue = Channel.CreateBounded<string>(new BoundedChannelOptions(QueueMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
        _writing = Task.Run(WriteAsync);
    }

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    /// <summary>Returns when everything queued is written, after two seconds at most.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _writing.Wait(TimeSpan.FromSeconds(2));
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            await _out.WriteLineAsync(line).ConfigureAwait(false);
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                await _out.WriteLineAsync(Format(LogLevel.Warning, "Sluice.Server.Hosting", string.Create(CultureInfo.InvariantCulture, $"{dropped} log lines were dropped: the output does not keep up."), null)).ConfigureAwait(false);
        }
    }

    private string Format(LogLevel level, string category, string message, Exception? exception)
    {
        var text = exception is null ? message : $"{message} | {exception}";
        if (text.Length > LineMax / 2) text = string.Concat(text.AsSpan(0, LineMax / 2), "…");
        var at = _time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        if (_json) return $$"""{"time":"{{at}}","level":"{{Name(level)}}","category":{{JsonSerializer.Serialize(category, LogJson.Default.String)}},"message":{{JsonSerializer.Serialize(text, LogJson.Default.String)}}}""";
        var line = new StringBuilder(64 + text.Length).Append(at).Append(' ').Append(Name(level)).Append(' ').Append(category).Append(": ");
        foreach (var c in text)
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069')) line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else line.Append(c);
        }
        return line.ToString();
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    private sealed class Category(LineLogger owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // A failed start is told once, in one sentence, by whoever started it.
            if (eventId.Id == HostedServiceStartupFaulted && name == "Microsoft.Extensions.Hosting.Internal.Host") return;
            owner._queue.Writer.TryWrite(owner.Format(logLevel, name, formatter(state, exception), exception));
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class LogJson : System.Text.Json.Serialization.JsonSerializerContext;
