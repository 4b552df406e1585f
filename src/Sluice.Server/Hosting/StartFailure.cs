using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Sluice.Gateway.Ledger;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Hosting;

/// <summary>Turns what can go wrong at start into what the operator is told.</summary>
internal static class StartFailure
{
    /// <summary>One sentence a line, and the exit code. No stack trace: it helps nobody who starts a program.</summary>
    public static (string Message, int ExitCode) Explain(Exception e) => e switch
    {
        StartupException startup => (startup.Message, startup.ExitCode),
        StorageException or KeyMaterialException or LedgerStartException => (e.Message, 1),
        IOException { InnerException: AddressInUseException } => ($"{Bound(e)} is in use by another program: stop it, or choose another port with --urls.", 1),
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => ($"An address to listen on is in use by another program ({e.Message}): stop it, or choose another port with --urls.", 1),
        SocketException { SocketErrorCode: SocketError.AccessDenied } => ("This user may not listen on that port: choose one above 1023 with --urls.", 1),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => ("This machine does not have the address it shall listen on: check --urls.", 1),
        _ => ($"Sluice could not start ({e.GetType().Name}): {e.Message.ReplaceLineEndings(" ")}", 1),
    };

    /// <summary>"Failed to bind to address http://127.0.0.1:5080: address already in use." is all that the server says.</summary>
    private static string Bound(Exception e)
    {
        var start = e.Message.IndexOf("http", StringComparison.Ordinal);
        if (start < 0) return "The port";
        var end = e.Message.IndexOf(": ", start, StringComparison.Ordinal);
        var url = end < 0 ? e.Message[start..] : e.Message[start..end];
        var port = url.LastIndexOf(':');
        return port > 5 && int.TryParse(url.AsSpan(port + 1).TrimEnd('/'), out var number) ? $"Port {number} ({url})" : url;
    }
}
