namespace Sluice.Gateway.Sandbox;

/// <summary>What the sandbox needs to know of its surroundings.</summary>
public sealed class SandboxOptions
{
    /// <summary>Address callers reach this server at, without a trailing slash, such as <c>http://localhost:5080</c>; image links begin with it. Asked for each link.</summary>
    public required Func<string> PublicBaseUrl { get; init; }

    /// <summary>Signs image links; at least 16 bytes, secret, the same on all nodes.</summary>
    public required byte[] ImageSigningKey { get; init; }

    /// <summary>Events a second of a streamed answer, 0–100,000; 0 is as fast as they are read.</summary>
    public double TokensPerSecond { get; init; } = 50;
}
