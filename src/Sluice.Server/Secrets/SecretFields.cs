namespace Sluice.Server.Secrets;

/// <summary>Names of sealed fields. They are bound into what is sealed: never rename one.</summary>
public static class SecretFields
{
    public const string UpstreamApiKey = "api_key";
    public const string KeySigningSecret = "signing_secret";
}
