namespace Sluice.Contracts.Tests;

public class HouseTests
{
    [Fact]
    public void The_assembly_loads() => typeof(HouseTests).Assembly.GetName().Name.ShouldBe("Sluice.Contracts.Tests");
}
