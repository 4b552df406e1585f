using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sluice.Gateway;
using Sluice.Gateway.Records;
using Sluice.Gateway.Stages;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.House;

/// <summary>What ARCHITECTURE.md says must stay true, as far as a machine can see it.</summary>
public partial class ArchitectureTests
{
    [Theory]
    [InlineData("Sluice.Contracts", "")]
    [InlineData("Sluice.Gateway", "Sluice.Contracts")]
    [InlineData("Sluice.Console", "Sluice.Contracts")]
    [InlineData("Sluice.Server", "Sluice.Console Sluice.Gateway")]
    public void Projects_refer_only_down_the_line(string project, string expected)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
        var references = file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!));
        string.Join(' ', references).ShouldBe(expected);
    }

    [Fact]
    public void Contracts_use_the_base_library_only()
        => XDocument.Load(Path.Combine(Repository.Root, "src/Sluice.Contracts/Sluice.Contracts.csproj")).Descendants("PackageReference").ShouldBeEmpty();

    [Fact]
    public void The_gateway_knows_no_database()
    {
        var references = typeof(GatewayPipeline).Assembly.GetReferencedAssemblies().Select(a => a.Name!);
        references.ShouldNotContain(name => name.StartsWith("Microsoft.EntityFrameworkCore") || name.Contains("Sqlite") || name.StartsWith("Npgsql") || name == "System.Data.Common");
    }

    [Fact]
    public void Every_stage_is_on_the_list_and_has_a_file_of_its_own()
    {
        var stages = typeof(Stage).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Stage)) && !t.IsAbstract).Select(t => t.Name).ToList();
        var list = Repository.Read("src/Sluice.Gateway/GatewayStages.cs");
        foreach (var stage in stages)
        {
            list.ShouldContain(stage);
            File.Exists(Path.Combine(Repository.Root, "src/Sluice.Gateway/Stages", stage + ".cs")).ShouldBeTrue(stage);
        }
    }

    [Fact]
    public void The_documented_order_of_stages_is_the_real_one()
    {
        var stages = Regex.Match(Repository.Read("src/Sluice.Gateway/GatewayStages.cs"), @"ModelCall.*?\[(.*?)\];", RegexOptions.Singleline).Groups[1].Value;
        var real = Word().Matches(stages).Select(m => char.ToUpperInvariant(m.Value[0]) + m.Value[1..]);
        Repository.Read("ARCHITECTURE.md").ShouldContain(string.Join(" › ", real));
    }

    [Fact]
    public void Every_record_store_is_held_to_the_contract()
        => BodiesWithoutSuite(typeof(IRecordStore), typeof(SluiceDb).Assembly, "RecordStoreContract").ShouldBeEmpty();

    [Fact]
    public void Outgoing_connections_are_made_in_one_place()
    {
        // Whoever makes a socket or a handler of its own goes round the address check.
        var makers = Repository.Sources("src").Where(path => Connects().IsMatch(Repository.Read(path))).ToList();
        makers.ShouldAllBe(path => path.StartsWith("src/Sluice.Gateway/Upstreams/"));
    }

    [Fact]
    public void Only_the_transports_and_storage_look_at_a_plain_secret()
    {
        var lookers = Repository.Sources("src").Where(path => Repository.Read(path).Contains(".Reveal()", StringComparison.Ordinal)).ToList();
        lookers.ShouldAllBe(path => path.Contains("/Upstreams/") || path.Contains("/Messages/") || path.Contains("/SingleSignOn/") || path.Contains("/Accounts/") || path.EndsWith("/OpenedStorage.cs") || path.EndsWith("/SseRelay.cs") || path.EndsWith("/CallSignature.cs") || path.Contains("/Management/") || path.EndsWith("/ControlPlane.cs") || path.Contains("/FirstRun/") || path.Contains("/Storage/") || path.Contains("/Secrets/") || path.Contains("/Configuration/"));
    }

    private static IEnumerable<string> BodiesWithoutSuite(Type port, System.Reflection.Assembly assembly, string contract)
    {
        var suites = typeof(ArchitectureTests).Assembly.GetTypes().Where(t => !t.IsAbstract && t.BaseType?.Name == contract).Select(t => t.Name).ToList();
        return assembly.GetTypes().Where(t => port.IsAssignableFrom(t) && t is { IsAbstract: false, IsInterface: false } && t.Name.EndsWith("RecordStore", StringComparison.Ordinal))
            .Select(t => t.Name).Where(body => !suites.Any(suite => suite.StartsWith(body, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"new (Socket|TcpClient|HttpClient|SocketsHttpHandler|HttpClientHandler|ClientWebSocket)\b")]
    private static partial Regex Connects();
}
