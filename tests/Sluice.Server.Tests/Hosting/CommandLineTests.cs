using Sluice.Server.Hosting;

namespace Sluice.Server.Tests.Hosting;

public class CommandLineTests
{
    [Theory]
    [InlineData("--urls", "http://127.0.0.1:1", "--data", "d")]
    [InlineData("--urls=http://127.0.0.1:1", "--data=d")]
    public void Options_are_read_with_space_and_with_equals(params string[] args)
        => CommandLine.Parse(args).ShouldBe(new CommandLine("http://127.0.0.1:1", "d", false, false));

    [Fact]
    public void A_set_up_link_is_asked_for_by_name()
        => CommandLine.Parse(["setup-link", "--data", "d"]).ShouldBe(new CommandLine(null, "d", false, false, SetupLink: true));

    [Theory]
    [InlineData("'setup-link' is not an option", "--data", "d", "setup-link")]
    [InlineData("'--url' is not an option", "--url", "x")]
    [InlineData("'serve' is not an option", "serve")]
    [InlineData("'-d' is not an option", "-d", "x")]
    [InlineData("'--help=1' is not an option", "--help=1")]
    [InlineData("'--urls' needs a value", "--urls")]
    [InlineData("'--urls' needs a value", "--urls", "--data", "x")]
    [InlineData("'--data' needs a value", "--data=")]
    public void Anything_else_is_refused_with_exit_code_2(string expected, params string[] args)
    {
        var refused = Should.Throw<StartupException>(() => CommandLine.Parse(args));
        refused.ExitCode.ShouldBe(2);
        refused.Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("10.0.6", true)]
    [InlineData("10.0", true)]
    [InlineData("9.0.99", true)]
    [InlineData("10.0.7", false)]
    [InlineData("10.0.7.1", false)]
    [InlineData("11.0", false)]
    public void Runtimes_below_the_floor_are_refused(string version, bool refused)
    {
        var act = () => RuntimeFloor.Check(Version.Parse(version));
        if (refused) act.ShouldThrow<StartupException>().Message.ShouldContain("10.0.7");
        else act.ShouldNotThrow();
    }
}
