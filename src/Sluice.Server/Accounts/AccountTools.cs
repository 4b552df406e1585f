namespace Sluice.Server.Accounts;

/// <summary>What operations about accounts work with beside the database.</summary>
internal sealed class AccountTools(PasswordHashing hashing, PasswordPolicy passwords, AccountUsers users, SignInGuard guard, SprayWatch sprays, ConfirmationLinks links, PhoneCodes phoneCodes,
    SessionStarter sessions, Passkeys passkeys, Management.ManagementOptions management)
{
    public PasswordHashing Hashing => hashing;
    public PasswordPolicy Passwords => passwords;
    public AccountUsers Users => users;
    public SignInGuard Guard => guard;
    public SprayWatch Sprays => sprays;
    public ConfirmationLinks Links => links;
    public PhoneCodes PhoneCodes => phoneCodes;
    public SessionStarter Sessions => sessions;
    public Passkeys Passkeys => passkeys;
    public AccountOptions Options => management.Accounts;
}

/// <summary>How the control plane takes accounts in.</summary>
internal static class AccountServices
{
    public static IServiceCollection AddAccounts(this IServiceCollection services) => services
        .AddSingleton<PasswordHashing>()
        .AddSingleton<PasswordPolicy>()
        .AddSingleton<AccountUsers>()
        .AddSingleton<SignInGuard>()
        .AddSingleton<SprayWatch>()
        .AddSingleton<ConfirmationLinks>()
        .AddSingleton<PhoneCodes>()
        .AddSingleton<SessionStarter>()
        .AddSingleton<Passkeys>()
        .AddSingleton<AccountTools>();
}
