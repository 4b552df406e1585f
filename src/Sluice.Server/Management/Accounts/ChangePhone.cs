using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class ChangePhone
{
    public static readonly Operation Operation = new()
    {
        Name = "changePhone",
        Method = "POST",
        Path = "/me/phone",
        Permission = null,
        NeedsPerson = true,
        Summary = "Give a telephone number, or another",
        Description = "Sends a code of six digits by SMS, good for ten minutes and five tries; where a number was confirmed before, that one gets a code as well. Needs a confirmed mail address and a session that was confirmed within 15 minutes.",
        Body = typeof(PhoneBody),
        BodyExample = """{"phone":"+8613800138000"}""",
        Answer = typeof(NoticeAnswer),
        Status = StatusCodes.Status202Accepted,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var phone = call.Body.Text("phone", 32, required: true);
        if (phone is not null && !PhoneNumber.IsValid(phone))
            call.Body.Refuse("phone", ErrorCodes.InvalidValue, $"'phone' {PhoneNumber.Rule}");
        if (call.Refused() is { } refusal)
            return refusal;
        if (AccountView.NotFresh(call) is { } old)
            return old;
        var me = await AccountView.MeAsync(call);
        if (!me.EmailConfirmed)
            return new Refusal(ErrorCodes.Conflict, "Confirm the mail address first.");
        if (me.PhoneNumberConfirmed && me.PhoneNumber == phone)
            return new Refusal(ErrorCodes.Conflict, "This number is confirmed already.");

        var db = call.Accounts.Context;
        var (code, tooMany) = await call.Tools.Accounts.PhoneCodes.NewAsync(db, ConfirmationPurposes.NewPhone, me.Id, phone!, call.Now, call.CancellationToken);
        if (code is null)
            return tooMany!;
        call.Send(AccountMessages.PhoneCode(phone!, me.Language, me.Id, code));
        if (me.PhoneNumberConfirmed)
        {
            var (current, none) = await call.Tools.Accounts.PhoneCodes.NewAsync(db, ConfirmationPurposes.OldPhone, me.Id, me.PhoneNumber!, call.Now, call.CancellationToken);
            if (current is null)
                return none!;
            call.Send(AccountMessages.PhoneCode(me.PhoneNumber!, me.Language, me.Id, current));
        }

        call.Audit("account.phone_request", me.Id);
        return new Answer(new NoticeAnswer { Message = me.PhoneNumberConfirmed ? "Codes are on their way to both numbers." : "A code is on its way." });
    }
}
