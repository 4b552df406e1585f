namespace Sluice.Gateway.Keys;

/// <summary>What a key text is for. A text of one purpose is never accepted where another is asked for.</summary>
public enum KeyPurpose
{
    /// <summary>Calls on the data plane with a test key.</summary>
    Test,
    /// <summary>Calls on the data plane with a production key.</summary>
    Live,
    /// <summary>Calls to the management API.</summary>
    Management,
    /// <summary>The one-time link that sets the console up.</summary>
    Setup,
    /// <summary>A signed-in person's calls to the management API.</summary>
    Session,
    /// <summary>A few minutes of calls on the data plane from the console, as one of the keys.</summary>
    Playground,
}

/// <summary>The fixed beginnings of key texts, by which secret scanners find them.</summary>
public static class KeyPrefix
{
    /// <summary>Characters of the longest prefix.</summary>
    public const int LengthMax = 13;

    /// <summary>The prefix of a purpose, such as <c>sk-slc_test_</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The purpose is not one of the enum's.</exception>
    public static string Of(KeyPurpose purpose) => purpose switch
    {
        KeyPurpose.Test => "sk-slc_test_",
        KeyPurpose.Live => "sk-slc_live_",
        KeyPurpose.Management => "sk-slc_mgmt_",
        KeyPurpose.Setup => "sk-slc_setup_",
        KeyPurpose.Session => "sk-slc_sess_",
        KeyPurpose.Playground => "sk-slc_play_",
        _ => throw new ArgumentOutOfRangeException(nameof(purpose)),
    };

    /// <summary>Finds the prefix that <paramref name="text"/> begins with. Case counts.</summary>
    public static bool TryMatch(ReadOnlySpan<char> text, out KeyPurpose purpose, out int length)
    {
        for (purpose = KeyPurpose.Test; purpose <= KeyPurpose.Playground; purpose++)
        {
            var prefix = Of(purpose);
            if (!text.StartsWith(prefix, StringComparison.Ordinal)) continue;
            length = prefix.Length;
            return true;
        }
        purpose = default;
        length = 0;
        return false;
    }
}
