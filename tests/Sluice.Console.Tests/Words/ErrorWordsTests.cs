using System.Reflection;
using Sluice.Contracts.Errors;

namespace Sluice.Console.Tests.Words;

public sealed class ErrorWordsTests
{
    [Fact]
    public void Every_error_has_its_Chinese_sentence()
    {
        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static f => f.GetValue(null)).OfType<ErrorCode>().ToList();
        codes.ShouldNotBeEmpty();
        codes.Select(static c => c.Code).Where(static code => !Language.Words.InChinese.Code("error", code).EndsWith('。')).ShouldBeEmpty();
    }

    [Fact]
    public void No_Chinese_sentence_is_left_of_an_error_that_is_gone()
    {
        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static f => f.GetValue(null)).OfType<ErrorCode>().Select(static c => "error:" + c.Code).ToList();
        Language.Words.InChinese.GetAllStrings(false).Select(static t => t.Name).Where(static n => n.StartsWith("error:", StringComparison.Ordinal)).Except(codes).ShouldBeEmpty();
    }
}
