using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sluice.Testing.Messages;

/// <summary>A mail as it came in.</summary>
/// <param name="Data">The message, dots unstuffed.</param>
/// <param name="Secure">Whether it came over TLS.</param>
/// <param name="User">Who had signed in, or <see langword="null"/>.</param>
public sealed record SmtpMail(string From, IReadOnlyList<string> Recipients, byte[] Data, bool Secure, string? User)
{
    /// <summary>Header lines, unfolded.</summary>
    public IReadOnlyList<string> Headers => Text[..Text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal).Split("\r\n");

    public string Text => Encoding.UTF8.GetString(Data);
}

public sealed record SmtpSinkOptions
{
    /// <summary>Offers STARTTLS with it.</summary>
    public X509Certificate2? Certificate { get; init; }
    /// <summary>TLS from the first byte.</summary>
    public bool TlsFromStart { get; init; }
    /// <summary>Mechanisms offered, such as <c>PLAIN LOGIN</c>; without any no one can sign in.</summary>
    public string Mechanisms { get; init; } = "PLAIN LOGIN";
    /// <summary>Whether AUTH is offered before TLS.</summary>
    public bool AuthInTheClear { get; init; } = true;
    public string? User { get; init; }
    public string? Password { get; init; }
}

/// <summary>
/// A mail server on a real socket that keeps what it takes. Any step can be told to answer differently, close the connection or fall silent. Steps are named by their
/// command (<c>EHLO</c>, <c>AUTH</c>, <c>STARTTLS</c>, <c>MAIL</c>, <c>RCPT</c>, <c>DATA</c>, <c>QUIT</c>), or <c>GREETING</c>, or <c>END</c> for the end of a message.
/// </summary>
public sealed class SmtpSink : IAsyncDisposable
{
    public const string Drop = "(drop)";
    public const string Silence = "(silence)";

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly SmtpSinkOptions _options;
    private readonly Task _accepting;
    private readonly ConcurrentDictionary<Socket, bool> _open = [];
    private readonly ConcurrentDictionary<string, string> _script = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<SmtpMail> _mails = [];
    private readonly List<string> _commands = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _silent = new(0);
    private int _accepted;

    private SmtpSink(SmtpSinkOptions options)
    {
        _options = options;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(128);
        _accepting = Task.Run(AcceptAsync);
    }

    public static SmtpSink Start(SmtpSinkOptions? options = null) => new(options ?? new SmtpSinkOptions());

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public int Accepted => Volatile.Read(ref _accepted);

    public IReadOnlyList<SmtpMail> Mails { get { lock (_mails) return [.. _mails]; } }

    /// <summary>Every command line, in the order they came; credentials included.</summary>
    public IReadOnlyList<string> Commands { get { lock (_commands) return [.. _commands]; } }

    /// <param name="step">Which step.</param>
    /// <param name="reply">Such as <c>550 5.1.1 no such mailbox</c>, or <see cref="Drop"/>, or <see cref="Silence"/>; <see langword="null"/> for what is usual.</param>
    public void Answer(string step, string? reply)
    {
        if (reply is null) _script.TryRemove(step, out _);
        else _script[step] = reply;
    }

    /// <summary>The next mail that no earlier call of this method returned.</summary>
    public async Task<SmtpMail> NextAsync(TimeSpan? within = null)
    {
        if (!await _arrived.WaitAsync(within ?? TimeSpan.FromSeconds(30))) throw new TimeoutException("No mail reached the sink.");
        lock (_mails) return _mails[_taken++];
    }

    private int _taken;

    /// <summary>Returns once a step fell silent as told.</summary>
    public async Task FellSilentAsync()
    {
        if (!await _silent.WaitAsync(TimeSpan.FromSeconds(30))) throw new TimeoutException("Nobody came to the silent step.");
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var socket = await _listener.AcceptAsync();
                Interlocked.Increment(ref _accepted);
                _open[socket] = true;
                _ = Task.Run(() => ServeAsync(socket));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            Stream stream = new NetworkStream(socket, ownsSocket: false);
            if (_options.TlsFromStart) stream = await SecureAsync(stream);
            await new Conversation(this, stream).RunAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or did not want the certificate.
        }
        finally
        {
            _open.TryRemove(socket, out _);
            socket.Dispose();
        }
    }

    private async Task<SslStream> SecureAsync(Stream stream)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(_options.Certificate!);
        return tls;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var socket in _open.Keys) socket.Dispose();
        await _accepting;
        _arrived.Dispose();
        _silent.Dispose();
    }

    private sealed class Conversation(SmtpSink sink, Stream stream)
    {
        private readonly List<string> _recipients = [];
        private readonly List<byte> _read = [];
        private string? _from;
        private string? _user;

        private bool IsSecure => stream is SslStream;

        public async Task RunAsync()
        {
            if (!await SayAsync("GREETING", "220 sink.example ESMTP")) return;
            while (await LineAsync() is { } line)
            {
                lock (sink._commands) sink._commands.Add(line);
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                var goesOn = verb switch
                {
                    "EHLO" => await SayAsync("EHLO", Capabilities()),
                    "STARTTLS" => await StartTlsAsync(),
                    "AUTH" => await AuthAsync(line),
                    "MAIL" => await MailAsync(line),
                    "RCPT" => await RcptAsync(line),
                    "DATA" => await DataAsync(),
                    "RSET" => await SayAsync("RSET", "250 ok"),
                    "QUIT" => await SayAsync("QUIT", "221 bye") && false,
                    _ => await SayAsync(verb, "502 what?"),
                };
                if (!goesOn) return;
            }
        }

        private string Capabilities()
        {
            var lines = new List<string> { "sink.example", "8BITMIME", "SIZE 10485760" };
            if (sink._options.Certificate is not null && !IsSecure) lines.Add("STARTTLS");
            if (sink._options.Mechanisms.Length > 0 && (IsSecure || sink._options.AuthInTheClear)) lines.Add("AUTH " + sink._options.Mechanisms);
            return string.Join("\r\n", lines.Select((l, i) => $"250{(i == lines.Count - 1 ? ' ' : '-')}{l}"));
        }

        private async Task<bool> StartTlsAsync()
        {
            if (!await SayAsync("STARTTLS", "220 go ahead")) return false;
            // A refusal that was scripted leaves the connection as it is.
            if (sink._script.ContainsKey("STARTTLS")) return true;
            stream = await sink.SecureAsync(stream);
            _read.Clear();
            return true;
        }

        private async Task<bool> AuthAsync(string line)
        {
            var parts = line.Split(' ');
            string user, password;
            if (parts[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
            {
                var initial = parts.Length > 2 ? parts[2] : await AskAsync("334 ");
                var fields = Encoding.UTF8.GetString(Convert.FromBase64String(initial)).Split('\0');
                (user, password) = (fields[1], fields[2]);
            }
            else
            {
                user = Encoding.UTF8.GetString(Convert.FromBase64String(parts.Length > 2 ? parts[2] : await AskAsync("334 VXNlcm5hbWU6")));
                password = Encoding.UTF8.GetString(Convert.FromBase64String(await AskAsync("334 UGFzc3dvcmQ6")));
            }
            if (user != sink._options.User || password != sink._options.Password) return await SayAsync("AUTH", "535 5.7.8 wrong credentials");
            _user = user;
            return await SayAsync("AUTH", "235 welcome");
        }

        private async Task<string> AskAsync(string question)
        {
            await WriteAsync(question);
            return await LineAsync() ?? throw new IOException("The client left.");
        }

        private async Task<bool> MailAsync(string line)
        {
            _from = Address(line);
            _recipients.Clear();
            return await SayAsync("MAIL", sink._options.User is not null && _user is null ? "530 5.7.0 sign in first" : "250 ok");
        }

        private async Task<bool> RcptAsync(string line)
        {
            _recipients.Add(Address(line));
            return await SayAsync("RCPT", "250 ok");
        }

        private async Task<bool> DataAsync()
        {
            if (!await SayAsync("DATA", "354 go on")) return false;
            if (sink._script.TryGetValue("DATA", out var refusal) && !refusal.StartsWith('3')) return true;
            using var data = new MemoryStream();
            while (true)
            {
                var bytes = await LineBytesAsync() ?? throw new IOException("The client left.");
                if (bytes is [(byte)'.']) break;
                data.Write(bytes is [(byte)'.', ..] ? bytes.AsSpan(1) : bytes);
                data.Write("\r\n"u8);
            }
            // Kept before it is acknowledged: who loses the acknowledgement sends it again.
            if (!sink._script.TryGetValue("END", out var end) || end.StartsWith('2') || end is Drop or Silence)
            {
                lock (sink._mails) sink._mails.Add(new SmtpMail(_from ?? "", [.. _recipients], data.ToArray(), IsSecure, _user));
                sink._arrived.Release();
            }
            return await SayAsync("END", "250 2.0.0 taken as 1");
        }

        private static string Address(string line)
        {
            var (from, to) = (line.IndexOf('<', StringComparison.Ordinal), line.IndexOf('>', StringComparison.Ordinal));
            return from >= 0 && to > from ? line[(from + 1)..to] : line;
        }

        /// <returns>Whether the conversation goes on.</returns>
        private async Task<bool> SayAsync(string step, string usual)
        {
            var reply = sink._script.GetValueOrDefault(step, usual);
            if (reply == Drop) return false;
            if (reply == Silence)
            {
                sink._silent.Release();
                while (await LineAsync() is not null)
                {
                }
                return false;
            }
            await WriteAsync(reply);
            return !reply.StartsWith("421", StringComparison.Ordinal);
        }

        private async Task WriteAsync(string reply)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n"));
            await stream.FlushAsync();
        }

        private async Task<string?> LineAsync() => await LineBytesAsync() is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

        private async Task<byte[]?> LineBytesAsync()
        {
            var buffer = new byte[4096];
            while (true)
            {
                for (var i = 0; i + 1 < _read.Count; i++)
                {
                    if (_read[i] != '\r' || _read[i + 1] != '\n') continue;
                    var line = _read[..i].ToArray();
                    _read.RemoveRange(0, i + 2);
                    return line;
                }
                var count = await stream.ReadAsync(buffer);
                if (count == 0) return null;
                _read.AddRange(buffer.AsSpan(0, count));
            }
        }
    }
}
