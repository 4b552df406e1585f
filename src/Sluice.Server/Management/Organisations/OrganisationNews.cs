using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Organisations;

/// <summary>What members are told of, in their own language, here and by mail.</summary>
internal static class OrganisationNews
{
    public static void OwnershipChanged(OperationCall call, OrganisationRow organisation, AccountRow giver, AccountRow heir)
    {
        Tell(call, organisation, heir, "ownership_received", $"{giver.Name} made you the owner of {organisation.Name}.", $"{giver.Name} 已将组织“{organisation.Name}”转让给您，您现在是所有者。");
        Tell(call, organisation, giver, "ownership_given", $"{heir.Name} is now the owner of {organisation.Name}; you are an Admin.", $"{heir.Name} 现在是组织“{organisation.Name}”的所有者，您的角色改为 Admin。");
    }

    public static void Deleted(OperationCall call, OrganisationRow organisation, AccountRow member) =>
        Tell(call, organisation, member, "organisation_deleted", $"{organisation.Name} was deleted by its owner.", $"组织“{organisation.Name}”已被其所有者删除。");

    public static void Removed(OperationCall call, OrganisationRow organisation, AccountRow member) =>
        Tell(call, organisation, member, "member_removed", $"You no longer belong to {organisation.Name}. Keys of yours there do not work any more.", $"您已不再是组织“{organisation.Name}”的成员，您在其中的密钥已失效。");

    private static void Tell(OperationCall call, OrganisationRow organisation, AccountRow person, string kind, string english, string chinese)
    {
        var text = person.Language == PermissionTexts.Chinese ? chinese : english;
        call.Notify([person.Id], organisation.Id, kind, organisation.Id, text);
        if (person is { EmailConfirmed: true, Email: { } email })
            call.Send(new OutgoingMessage(Channels.Email, email, kind, text, new PlainSecret(text + "\n\n" + call.BaseUrl + "\n")) { AccountId = person.Id, OrganisationId = organisation.Id });
    }
}
