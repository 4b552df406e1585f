using System.Reflection;
using System.Runtime.InteropServices;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages;

namespace Sluice.Server.Management.Installation;

internal static class GetSystem
{
    private static readonly string Version = typeof(GetSystem).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static readonly Operation Operation = new()
    {
        Name = "getSystem",
        Method = "GET",
        Path = "/system",
        Permission = Permissions.InstallationSettings,
        Summary = "Say which version runs and how it is",
        Description = "Of the node that answers. What it says of readiness is what load balancers are told at `/readyz`.",
        Answer = typeof(SystemAnswer),
        Run = RunAsync,
    };

    private static ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return ValueTask.FromResult<Outcome>(refusal);
        var node = call.Tools.Node();
        return ValueTask.FromResult<Outcome>(new Answer(new SystemAnswer
        {
            Version = Version,
            Runtime = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}",
            Storage = node.Storage,
            StartedAt = node.StartedAt,
            Reasons = node.Reasons,
            Warnings = node.Warnings,
            CanMail = call.Tools.Channels.CanSend(Channels.Email),
            CanText = call.Tools.Channels.CanSend(Channels.Sms),
        }));
    }
}
