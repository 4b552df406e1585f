using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.Accounts;

internal static class ConfirmPhone
{
    public static readonly Operation Operation = new()
    {
        Name = "confirmPhone",
        Method = "POST",
        Path = "/me/phone/confirm",
        Permission = null,
        NeedsPerson = true,
        Summary = "Confirm a telephone number with the code it got",
        Body = typeof(PhoneConfirmationBody),
        BodyExample = """{"code":"123456"}""",
        Answer = typeof(AccountAnswer),
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var code = call.Body.Text("code", 20, required: true);
        var currentCode = call.Body.Text("currentCode", 20);
        if (call.Refused() is { } refusal)
            return refusal;
        var (db, codes) = (call.Accounts.Context, call.Tools.Accounts.PhoneCodes);
        var me = await AccountView.MeAsync(call);
        if (me.PhoneNumberConfirmed && currentCode is null)
            return Refusal.Of([new("currentCode", ErrorCodes.MissingParameter, "'currentCode' is required: the number confirmed before got a code as well.")])!;
        var (row, right) = await codes.TryAsync(db, ConfirmationPurposes.NewPhone, me.Id, code!, call.Now, call.CancellationToken);
        if (me.PhoneNumberConfirmed)
        {
            var (_, currentRight) = await codes.TryAsync(db, ConfirmationPurposes.OldPhone, me.Id, currentCode!, call.Now, call.CancellationToken);
            right &= currentRight;
        }

        if (row is null || !right)
        {
            call.Audit("account.phone_refuse", me.Id);
            return Outcome.Kept(Refusal.Of([new("code", ErrorCodes.InvalidValue, "The code is wrong, was used, is older than ten minutes, or was tried five times. Ask for a new one.")])!);
        }

        await ConfirmationLinks.EndEarlierAsync(db, me.Id, ConfirmationPurposes.NewPhone, call.NowMs, call.CancellationToken);
        await ConfirmationLinks.EndEarlierAsync(db, me.Id, ConfirmationPurposes.OldPhone, call.NowMs, call.CancellationToken);
        (me.PhoneNumber, me.PhoneNumberConfirmed) = (row.Target, true);
        call.Audit("account.phone_confirm", me.Id);
        call.OwnerChanged(me.Id);
        AccountView.TellOwner(call, me, AccountChange.PhoneConfirmed);
        return new Answer(await AccountView.OfAsync(call, me));
    }
}
