using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Checklist;

internal static class ShowChecklist
{
    public static readonly Operation Operation = new()
    {
        Name = "showProductionChecklist",
        Method = "GET",
        Path = "/projects/{id}/production-checklist",
        Permission = Permissions.KeysRead,
        Summary = "Show what stands between a project and production",
        Description = "From the caller's own verification, the project's keys and its recorded test calls. `required` items must be done before `goLive` makes a production key; `expected` ones are to be true of that key.",
        Answer = typeof(ChecklistAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (!await call.Data.Projects.AnyAsync(p => p.Id == call.Id, call.CancellationToken))
            return Outcome.NotFound;
        var checklist = await ProductionChecklist.OfAsync(call, call.Id, await ProductionChecklist.TrafficAsync(call, call.Id));
        return new Answer(new ChecklistAnswer
        {
            ProjectId = call.Id,
            Ready = checklist.Open.Count == 0,
            TestKeyId = checklist.TestKey?.Id,
            ProductionKeyId = checklist.ProductionKey?.Id,
            Items = checklist.Items,
        });
    }
}
