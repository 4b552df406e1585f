using System.Reflection;
using System.Text.RegularExpressions;
using Sluice.Contracts.Errors;
using Sluice.Server.Tests.House;

namespace Sluice.Server.Tests.Management.Diagnosis;

/// <summary>There is a remedy for everything that a call of the data plane can end with.</summary>
public partial class RemedyTests
{
    private static readonly Dictionary<string, ErrorCode> Codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType == typeof(ErrorCode))
        .ToDictionary(f => f.Name, f => (ErrorCode)f.GetValue(null)!);

    // Said by pages that are no calls.
    private static readonly string[] NotOfCalls = [nameof(ErrorCodes.LinkNotValid), nameof(ErrorCodes.NotFound), nameof(ErrorCodes.MethodNotAllowed)];

    [Fact]
    public void Every_code_that_the_gateway_gives_has_a_remedy_and_an_action()
    {
        var given = Repository.Sources("src/Sluice.Gateway").SelectMany(path => Code().Matches(Repository.Read(path)).Select(m => m.Groups[1].Value)).Distinct().Except(NotOfCalls).ToList();
        given.Count.ShouldBeGreaterThan(40);
        var actions = typeof(ErrorActions).GetFields().Select(f => (string)f.GetRawConstantValue()!).ToList();
        foreach (var name in given)
        {
            var found = ErrorRemedies.Find(Codes[name].Code).ShouldNotBeNull(name);
            found.Code.ShouldBe(Codes[name]);
            found.Remedy.Sentence.ShouldEndWith(".", Case.Sensitive, name);
            actions.ShouldContain(found.Remedy.Action, name);
        }
    }

    [Fact]
    public void What_is_not_Sluices_own_has_none() => ErrorRemedies.Find("odd_code").ShouldBeNull();

    [GeneratedRegex(@"ErrorCodes\.(\w+)")]
    private static partial Regex Code();
}
