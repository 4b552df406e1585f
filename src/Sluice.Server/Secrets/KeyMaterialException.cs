namespace Sluice.Server.Secrets;

/// <summary>The key files cannot be used. The message is one sentence for the operator, names the file, says what to do, and holds nothing of a key.</summary>
public sealed class KeyMaterialException(string message, Exception? inner = null) : Exception(message, inner);
