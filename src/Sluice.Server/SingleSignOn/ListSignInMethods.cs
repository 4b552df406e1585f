using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.SingleSignOn;

internal static class ListSignInMethods
{
    public static readonly Operation Operation = new()
    {
        Name = "listSignInMethods",
        Method = "GET",
        Path = "/sign-in/methods",
        Permission = null,
        Open = "Says what the sign-in page offers; holds nothing of anybody.",
        Summary = "List the ways to sign in here",
        Description = "A provider's `path` is opened in the browser, with `?returnUrl=/…` for the page to go to afterwards.",
        Answer = typeof(SignInMethodsAnswer),
        Run = RunAsync,
    };

    private static ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return new(refusal);
        var accounts = call.Tools.Accounts;
        return new(Outcome.Of(new SignInMethodsAnswer
        {
            Password = accounts.Sessions.Closed(SignInMethods.Password) is null,
            Passkey = accounts.Sessions.Closed(SignInMethods.Passkey) is null,
            Registration = accounts.Options.OidcOnly ? "closed" : accounts.Options.Registration.ToString().ToLowerInvariant(),
            Providers = call.Tools.SignInProviders,
        }));
    }
}
