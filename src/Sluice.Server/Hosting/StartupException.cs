namespace Sluice.Server.Hosting;

/// <summary>The server cannot start, and the operator can do something about it: one sentence a line, shown on standard error without a stack trace.</summary>
/// <param name="message">What is wrong, where, and what to do. Never a secret.</param>
/// <param name="exitCode">1, or 2 for a wrong command line.</param>
public sealed class StartupException(string message, int exitCode = 1, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
