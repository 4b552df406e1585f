namespace Sluice.Server.Storage.Records;

/// <summary>Calls of one key on one route with one model that were let through and answered, or at least dispatched.</summary>
/// <param name="Endpoint">The route's canonical name, as key scopes have it.</param>
/// <param name="Model">As the caller asked for it, which is what scopes are held against; <see langword="null"/> where none was asked for.</param>
/// <param name="LastMs">Unix time in milliseconds when the last of them began.</param>
public sealed record KeyUsage(string KeyId, string Endpoint, string? Model, long Calls, long LastMs);
