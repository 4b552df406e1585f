using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Accounts;

/// <summary>A page about the reader's own account, parts of which are changed only by whoever proved a short while ago who they are.</summary>
public abstract class AccountPage : ConsolePage
{
    /// <summary>Whether the problem is that this proof is too old; then it is asked for, and comes back here.</summary>
    protected bool AsksProof(ProblemBody? problem)
    {
        if (problem?.Code is not "confirmation_required") return false;
        Nav.NavigateTo(Address.Of("/console/account/confirm", ("return", Http.Request.Path + Http.Request.QueryString)));
        return true;
    }
}
