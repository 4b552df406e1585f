using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

/// <summary>Whether whoever calls may make production keys: a person whose mail address and telephone number are both proven stands behind it.</summary>
/// <param name="IsExempt">The operator's own service tokens, which no person stands behind.</param>
internal sealed record ProductionStanding(bool IsExempt, bool Email, bool Phone)
{
    public bool Holds => IsExempt || (Email && Phone);

    public static async Task<ProductionStanding> OfAsync(OperationCall call)
    {
        var accountId = call.Caller.AccountId;
        if (accountId is null && call.Caller.IsOperator)
            return new ProductionStanding(true, true, true);
        // Behind a service token stands the person who made it.
        accountId ??= await call.Data.ManagementTokens.Where(t => t.Id == call.Caller.TokenId).Select(t => t.CreatedBy).SingleOrDefaultAsync(call.CancellationToken);
        var person = await call.Data.People.AsNoTracking().Where(a => a.Id == accountId)
            .Select(a => new { a.EmailConfirmed, a.PhoneNumberConfirmed }).SingleOrDefaultAsync(call.CancellationToken);
        return new ProductionStanding(false, person?.EmailConfirmed ?? false, person?.PhoneNumberConfirmed ?? false);
    }

    public Refusal? Refuse() => Holds ? null : new Refusal(ErrorCodes.VerificationRequired, (Email, Phone) switch
    {
        (true, false) => "A production key needs a verified telephone number. Verify it in your profile; a test key can be made meanwhile.",
        (false, true) => "A production key needs a verified e-mail address. Open the link that was sent to it, or ask for a new one; a test key can be made meanwhile.",
        _ => "A production key needs a verified e-mail address and a verified telephone number. Verify both in your profile; a test key can be made meanwhile.",
    });
}
