namespace Sluice.Contracts.Management;

/// <summary>What can be used to sign in here.</summary>
public sealed record SignInMethodsAnswer
{
    /// <summary>Whether address and password are taken.</summary>
    public required bool Password { get; init; }

    /// <summary>Whether passkeys are taken.</summary>
    public required bool Passkey { get; init; }

    /// <summary>Who may sign up with a password: <c>open</c>, <c>invited</c> or <c>closed</c>.</summary>
    public required string Registration { get; init; }

    /// <summary>Identity providers, in the order of the settings.</summary>
    public required IReadOnlyList<SignInProvider> Providers { get; init; }
}

/// <summary>An identity provider that can be signed in with.</summary>
public sealed record SignInProvider
{
    /// <summary>Short and stable, such as <c>acme</c>.</summary>
    public required string Name { get; init; }

    /// <summary>For a button.</summary>
    public required string Title { get; init; }

    /// <summary>Where the browser is sent, such as <c>/auth/oidc/acme</c>.</summary>
    public required string Path { get; init; }
}
