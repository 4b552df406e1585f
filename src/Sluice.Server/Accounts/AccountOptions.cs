namespace Sluice.Server.Accounts;

/// <summary>Who may sign up.</summary>
public enum RegistrationMode
{
    /// <summary>Anybody.</summary>
    Open,
    /// <summary>Whoever holds an invitation.</summary>
    Invited,
    /// <summary>Nobody.</summary>
    Closed,
}

/// <summary>What passwords must be.</summary>
public enum PasswordProfile
{
    /// <summary>Long, not common, and never changed without reason.</summary>
    Default,
    /// <summary>As the Chinese classified protection scheme asks at level 3: three sorts of characters, and a new one every 90 days.</summary>
    Mlps3,
}

/// <summary>How accounts work in this installation. Set once, at start.</summary>
public sealed class AccountOptions
{
    public RegistrationMode Registration { get; set; } = RegistrationMode.Open;

    public PasswordProfile PasswordProfile { get; set; } = PasswordProfile.Default;

    /// <summary>Whether single sign-on is the only way in.</summary>
    public bool OidcOnly { get; set; }

    /// <summary>Rounds of PBKDF2 with SHA-512 for a password.</summary>
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>Failed sign-ins at different addresses within a minute that are called an attack.</summary>
    public int SprayAddresses { get; set; } = 20;
}
