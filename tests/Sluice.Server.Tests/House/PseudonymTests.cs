using System.Text.RegularExpressions;

namespace Sluice.Server.Tests.House;

/// <summary>People stand in the audit log as ids only, so that what they ask to be forgotten is not in a chain that cannot be changed.</summary>
public partial class PseudonymTests
{
    [Fact]
    public void No_operation_writes_personal_text_into_the_audit_log()
    {
        var offences = Repository.Sources("src/Sluice.Server").SelectMany(path => Calls().Matches(Repository.Read(path)).Select(call => (path, call.Value)))
            .Where(found => PersonalName().IsMatch(found.Value) || PersonalValue().IsMatch(found.Value)).ToList();
        offences.ShouldBeEmpty();
    }

    [Fact]
    public void The_search_finds_what_it_is_for()
    {
        foreach (var call in new[] { """call.Audit("member.invite", id, ("email", address));""", """call.AuditIn(org, "account.update", id, ("x", account.PhoneNumber));""", "call.Audit(\"a\", id,\n  (\"contactName\", n));" })
            Calls().Matches(call).ShouldHaveSingleItem().Value.ShouldSatisfyAllConditions(v => (PersonalName().IsMatch(v) || PersonalValue().IsMatch(v)).ShouldBeTrue());
        PersonalName().IsMatch("""call.Audit("key.create", row.Id, ("name", row.Name));""").ShouldBeFalse();
    }

    [GeneratedRegex(@"\.Audit(In)?\((?:[^;""]|""[^""]*"")*;")]
    private static partial Regex Calls();

    [GeneratedRegex(@"""(?i:\w*(e?mail|phone|contact\w*|displayName|fullName|personName|recipient|userName|clientIp|userAgent|address))""\s*,")]
    private static partial Regex PersonalName();

    [GeneratedRegex(@"\.(Email|NormalizedEmail|PhoneNumber|UserName|Recipient|ClientIp|UserAgent)\b")]
    private static partial Regex PersonalValue();
}
