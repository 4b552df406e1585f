using Sluice.Gateway.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Invitations;

/// <summary>The mail with the link. The same for people with an account here and without, in both languages of the house: nobody knows yet which one is read.</summary>
internal static class InvitationMail
{
    public static void Send(OperationCall call, InvitationRow invitation, PlainSecret secret, string organisation, string role)
    {
        // Names that somebody chose go to people who never asked for a mail from here.
        (organisation, role) = (Letter.Name(organisation), Letter.Name(role));
        var link = $"{call.BaseUrl}/console/invite?token={secret.Reveal()}";
        var body = $"""
            You are invited to {organisation} as {role}.

            Open this link within 7 days to accept. Sign in with this address, or register with it first:
            {link}

            If you did not expect this, ignore it: nothing happens unless you accept.

            邀请您以“{role}”角色加入“{organisation}”。

            请在 7 天内打开以下链接接受邀请。请使用此邮箱登录；如尚未注册，请先用此邮箱注册：
            {link}

            如果这与您无关，请忽略此邮件。

            """;
        call.Send(new OutgoingMessage(Channels.Email, invitation.Email, "invitation", $"Invitation to {organisation} / 邀请您加入 {organisation}", new PlainSecret(body)) { OrganisationId = invitation.OrganisationId });
    }
}
