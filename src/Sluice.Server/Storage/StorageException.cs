namespace Sluice.Server.Storage;

/// <summary>
/// Storage cannot be used, and no retry changes that: a damaged file, a newer schema, a folder that cannot be written.
/// The message is one sentence for the operator, says where and what to do, and holds no secret.
/// </summary>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
