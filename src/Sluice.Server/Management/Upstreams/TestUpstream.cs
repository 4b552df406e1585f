using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Sandbox;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Diagnosis;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Upstreams;

/// <summary>Tries an upstream out, one that is there or one that might be made, over the same way out as every call.</summary>
internal static class TestUpstream
{
    private const int ModelCharsMax = 128;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    public static readonly Operation New = new()
    {
        Name = "testUpstream",
        Method = "POST",
        Path = "/upstreams/test",
        Permission = Permissions.UpstreamsWrite,
        Summary = "Try out an upstream before it is made",
        Description = "Resolves, connects, greets by TLS, and asks for the list of models with the credential; with `completionModel` also for one token of an answer, which the provider may charge for. "
            + "Ten seconds at most. Nothing is kept, and the credential is shown nowhere.",
        Body = typeof(TestUpstreamBody),
        BodyExample = """{"kind":"openai","baseUrl":"https://api.openai.com/v1","apiKey":"sk-..."}""",
        Answer = typeof(UpstreamTestAnswer),
        Writes = true,
        TakesLong = true,
        Prepare = PrepareNewAsync,
        Run = RunAsync,
    };

    public static readonly Operation Stored = new()
    {
        Name = "testStoredUpstream",
        Method = "POST",
        Path = "/upstreams/{id}/test",
        Permission = Permissions.UpstreamsWrite,
        Summary = "Try out an upstream that is there",
        Description = "As `testUpstream`, with the address and the credential that calls use; whether it is switched on does not matter.",
        Body = typeof(TestStoredUpstreamBody),
        BodyOptional = true,
        BodyExample = """{"completionModel":"gpt-4o-mini"}""",
        Answer = typeof(UpstreamTestAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        TakesLong = true,
        Prepare = PrepareStoredAsync,
        Run = RunAsync,
    };

    private static async ValueTask<Refusal?> PrepareNewAsync(OperationCall call)
    {
        var body = call.Body;
        var kind = body.OneOf("kind", [UpstreamKinds.OpenAI, UpstreamKinds.Sandbox], required: true);
        var baseUrl = body.Text("baseUrl", UpstreamUrl.LengthMax, required: kind is UpstreamKinds.OpenAI);
        var apiKey = body.Text("apiKey", UpstreamFields.ApiKeyCharsMax);
        if (apiKey is not null && !apiKey.All(static c => c is > ' ' and < '\x7f'))
            body.Refuse("apiKey", ErrorCodes.InvalidValue, "'apiKey' holds a character that a header cannot carry: only visible ASCII is allowed.");
        var allowPrivate = body.Flag("allowPrivateAddress") ?? false;
        var model = body.Text("completionModel", ModelCharsMax);
        Uri? url = null;
        if (kind is UpstreamKinds.Sandbox && (baseUrl is not null || apiKey is not null))
            body.Refuse(baseUrl is not null ? "baseUrl" : "apiKey", ErrorCodes.InvalidValue, "The sandbox is inside Sluice and has no address and no key.");
        else if (baseUrl is not null && (url = UpstreamFields.Url(body, baseUrl)) is not null)
            UpstreamFields.CheckAddress(body, url, allowPrivate, apiKey is not null);
        if (call.Refused() is { } refusal)
            return refusal;
        await TryAsync(call, "new", new UpstreamDefinition
        {
            Id = "new",
            Name = "new",
            Kind = kind is UpstreamKinds.Sandbox ? UpstreamKind.Sandbox : UpstreamKind.OpenAI,
            BaseUrl = url ?? new Uri("http://sandbox.invalid"),
            ApiKey = apiKey is null ? null : new PlainSecret(apiKey),
            Models = [],
            AllowPrivateAddress = allowPrivate,
        }, model);
        return null;
    }

    private static async ValueTask<Refusal?> PrepareStoredAsync(OperationCall call)
    {
        var known = call.Tools.ConfiguredUpstreams.FirstOrDefault(u => u.Id == call.Id);
        if (known is null && !await call.Data.Upstreams.AnyAsync(u => u.Id == call.Id, call.CancellationToken))
            return Outcome.NotFound.Refusal;
        var model = call.Body.Text("completionModel", ModelCharsMax);
        if (call.Refused() is { } refusal)
            return refusal;
        known ??= (await call.Tools.Gateway.UpstreamDirectory.LoadAllAsync(call.CancellationToken)).FirstOrDefault(u => u.Id == call.Id);
        if (known is null)
            return new Refusal(ErrorCodes.Conflict, "The upstream cannot be used as it is stored: its name is another's, or its API key does not open. Enter the key again, or rename it.");
        await TryAsync(call, known.Id, known, model);
        return null;
    }

    private static ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var test = (Test)call.Prepared!;
        call.Audit("upstream.test", test.SubjectId, ("baseUrl", test.BaseUrl), ("passed", test.Answer.Passed), ("completionModel", test.CompletionModel));
        return new(new Answer(test.Answer));
    }

    private static async Task TryAsync(OperationCall call, string subjectId, UpstreamDefinition upstream, string? completionModel)
    {
        var steps = new List<DiagnosisStepAnswer>();
        IReadOnlyList<string> models = [];
        if (upstream.Kind is UpstreamKind.Sandbox)
        {
            foreach (var name in (string[])[.. ConnectionProbe.Steps, "authenticate"])
                steps.Add(Finding.Pass("The sandbox is inside Sluice.").Answer(name, TimeSpan.Zero));
            models = SandboxModels.WellKnown;
        }
        else
        {
            models = await ReachAsync(call, upstream with { ConnectTimeout = Shorter(upstream.ConnectTimeout), FirstByteTimeout = Bound }, completionModel, steps);
        }

        if (completionModel is not null && upstream.Kind is UpstreamKind.Sandbox)
            steps.Add(Finding.Pass("The sandbox answers every model.").Answer("completion", TimeSpan.Zero));
        call.Prepared = new Test(subjectId, upstream.Kind is UpstreamKind.Sandbox ? null : upstream.BaseUrl.AbsoluteUri.TrimEnd('/'), completionModel,
            new UpstreamTestAnswer { Passed = steps.TrueForAll(static s => s.Verdict == StepVerdicts.Pass), Steps = steps, Models = models });
    }

    private static async Task<IReadOnlyList<string>> ReachAsync(OperationCall call, UpstreamDefinition upstream, string? completionModel, List<DiagnosisStepAnswer> steps)
    {
        var gateway = call.Tools.Gateway;
        using var deadline = new CancellationTokenSource(Bound, gateway.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, call.CancellationToken);
        IReadOnlyList<string> models = [];
        try
        {
            await foreach (var step in gateway.Connections.TryAsync(upstream.BaseUrl, new ConnectRules(upstream.ConnectTimeout, upstream.AllowPrivateAddress), either.Token))
            {
                // The operator sees which address it was; the words for callers hide that.
                var finding = step.Failure == UpstreamFailure.None ? Finding.Pass(step.Detail) : Finding.Fail(UpstreamErrors.Of(step.Failure, upstream)) with { Detail = step.Detail, Target = Target(upstream) };
                steps.Add(finding.Answer(step.Name, step.Took));
            }

            if (Passed())
            {
                var list = await gateway.UpstreamProbe.ModelsAsync(upstream, call.RequestId, either.Token);
                models = list.Refusal is null ? ModelNames.In(list.Body) ?? [] : [];
                steps.Add(Authenticated(upstream, list, models).Answer("authenticate", list.Took));
            }

            if (completionModel is not null && Passed())
            {
                var one = await gateway.UpstreamProbe.CompletionAsync(upstream, completionModel, call.RequestId, either.Token);
                steps.Add((one.Refusal is { } refused ? Finding.Fail(refused) with { Target = Target(upstream) } : Finding.Pass($"'{completionModel}' answered.")).Answer("completion", one.Took));
            }
        }
        catch (OperationCanceledException) when (!call.CancellationToken.IsCancellationRequested)
        {
            var late = Finding.Fail(new Gateway.Refusal(ErrorCodes.UpstreamTimeout, string.Create(CultureInfo.InvariantCulture, $"The test ended after {Bound.TotalSeconds:0} s."))) with { Target = Target(upstream) };
            steps.Add(late.Answer(ConnectionProbe.Steps.Append("authenticate").First(name => steps.TrueForAll(s => s.Name != name)), Bound));
        }

        string[] all = [.. ConnectionProbe.Steps, "authenticate", .. completionModel is null ? Array.Empty<string>() : ["completion"]];
        foreach (var name in all.Where(name => steps.TrueForAll(s => s.Name != name)))
            steps.Add(Finding.NotReached($"Not looked at: '{steps[^1].Name}' failed.").Answer(name, TimeSpan.Zero));
        return models;

        bool Passed() => steps.TrueForAll(static s => s.Verdict == StepVerdicts.Pass);
    }

    private static Finding Authenticated(UpstreamDefinition upstream, ProbeAnswer list, IReadOnlyList<string> models)
    {
        if (list.Refusal is { Error.Status: >= 400 and < 429 and var status })
            return Finding.Fail(new Gateway.Refusal(ErrorCodes.UpstreamProtocol, string.Create(CultureInfo.InvariantCulture, $"It has no list of models under the base URL (status {status}), which may lack its path, such as /v1."))) with { Target = Target(upstream) };
        if (list.Refusal is { } refusal)
            return Finding.Fail(refusal) with { Target = Target(upstream) };
        if (models.Count == 0)
            return Finding.Fail(new Gateway.Refusal(ErrorCodes.UpstreamProtocol, "It answered, but not with a list of models: the base URL may lack its path, such as /v1.")) with { Target = Target(upstream) };
        return Finding.Pass(string.Create(CultureInfo.InvariantCulture, $"{(upstream.ApiKey is null ? "It asks for no credential" : "The credential is accepted")}; it says it has {models.Count} {(models.Count == 1 ? "model" : "models")}."));
    }

    private static string? Target(UpstreamDefinition upstream) => upstream.Id == "new" ? null : upstream.Id;

    private static TimeSpan Shorter(TimeSpan timeout) => timeout < Bound ? timeout : Bound;

    private sealed record Test(string SubjectId, string? BaseUrl, string? CompletionModel, UpstreamTestAnswer Answer);
}
