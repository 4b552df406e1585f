namespace Sluice.Gateway.Ledger;

/// <summary>No call can be reserved now: the journal has no room for it, or it could not be flushed. The message says why and where, for the operator.</summary>
public sealed class LedgerUnavailableException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The journal's folder cannot be used by this process; it must not start. The message says why and what to do.</summary>
public sealed class LedgerStartException(string message, Exception? inner = null) : IOException(message, inner);
