using System.Globalization;
using System.Runtime.CompilerServices;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Stages;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Server.Management.Diagnosis;

/// <summary>
/// Goes through a call step by step, in the order of the gateway's own stages. It stops at the first cause; what comes after is named as not reached. Only the
/// way from this server to its own public address does not stop it: callers come another way.
/// </summary>
internal sealed class RunDiagnosis(GatewayInsight gateway, DiagnosedCall question)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    // Stages that have nothing to say before a call is there are not among them.
    private static readonly (string Stage, string Step)[] StepsOfStages =
    [
        (nameof(Authenticate), "key"), (nameof(CheckNetwork), "network"), (nameof(CheckSignature), "signature"), (nameof(CheckPermission), "permission"), (nameof(TakeLimits), "limits"),
        (nameof(ChooseRoute), "route"), (nameof(CallUpstream), "upstream"), (nameof(CallUpstream), "firstToken"),
    ];

    private readonly StageQuestions _stages = new(gateway, question);
    private readonly List<DiagnosisStepAnswer> _done = [];
    private IReadOnlyList<RouteCandidateAnswer> _candidates = [];
    private string? _cause;
    private string? _callRequestId;

    /// <summary>The steps as they end.</summary>
    public async IAsyncEnumerable<DiagnosisStepAnswer> StepsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? unreachable = null;
        if (question.PublicUrl is { } url)
        {
            await foreach (var step in OwnAddressAsync(url, cancellationToken))
            {
                if (step.Verdict == StepVerdicts.Fail)
                    unreachable = step.Name;
                yield return Done(step);
            }
        }

        foreach (var stage in gateway.Stages.NamesOf(question.Endpoint.Name))
        {
            foreach (var (_, name) in StepsOfStages.Where(s => s.Stage == stage))
            {
                var began = gateway.Time.GetTimestamp();
                var finding = _cause is null ? await LookAsync(name, cancellationToken) : Finding.NotReached($"Not looked at: '{_cause}' stops the call before.");
                if (finding.Verdict == StepVerdicts.Fail)
                    _cause = name;
                yield return Done(finding.Answer(name, gateway.Time.GetElapsedTime(began)));
            }
        }

        _cause ??= unreachable;
    }

    /// <summary>All of it, once the steps have ended.</summary>
    public DiagnosisAnswer Answer() => new()
    {
        Passed = _cause is null,
        Cause = _cause,
        KeyId = question.KeyId,
        Route = question.Endpoint.Name,
        Model = question.Model.Length > 0 ? question.Model : null,
        Address = question.Address?.ToString(),
        Steps = _done,
        Candidates = _candidates,
        CallRequestId = _callRequestId,
    };

    public async Task<DiagnosisAnswer> AllAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in StepsAsync(cancellationToken))
        {
            // Kept as they come.
        }

        return Answer();
    }

    private DiagnosisStepAnswer Done(DiagnosisStepAnswer step)
    {
        _done.Add(step);
        return step;
    }

    private async ValueTask<Finding> LookAsync(string name, CancellationToken cancellationToken)
    {
        if (question.LacksModel && name is ("permission" or "route"))
            return Finding.NotReached("Which model was asked for is not known: the call was stopped before its body was read.");
        switch (name)
        {
            case "key":
                return _stages.Key();
            case "network":
                return _stages.Network();
            case "signature":
                return _stages.Signature();
            case "permission":
                return _stages.Permission();
            case "limits":
                return _stages.Limits();
            case "route":
                _candidates = RouteCandidates.Of(gateway.Upstreams, question.Model, question.SeesUpstreams);
                return _stages.Route(_candidates);
            case "upstream":
                return question.Real is null ? Finding.NotReached(NotAsked) : await UpstreamAsync(cancellationToken);
            default:
                return question.Real is { } real ? await FirstTokenAsync(real, cancellationToken) : Finding.NotReached(NotAsked);
        }
    }

    private const string NotAsked = "Not asked for: no upstream is called unless 'callUpstream' is true.";

    private async IAsyncEnumerable<DiagnosisStepAnswer> OwnAddressAsync(Uri url, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = ConnectionProbe.Steps.ToList();
        var rules = new ConnectRules(ConnectTimeout, AllowPrivateAddress: true);
        string? failed = null;
        await foreach (var step in gateway.Connections.TryAsync(url, rules, cancellationToken))
        {
            left.Remove(step.Name);
            var passed = step.Failure == UpstreamFailure.None;
            failed ??= passed ? null : step.Name;
            yield return new DiagnosisStepAnswer
            {
                Name = step.Name,
                Verdict = passed ? StepVerdicts.Pass : StepVerdicts.Fail,
                Milliseconds = Math.Round(step.Took.TotalMilliseconds, 3),
                Detail = Said(step, passed),
                Remedy = passed ? null : "The operator must check the public base URL, its name, port and certificate, and whatever stands before this server.",
                Action = passed ? null : new RemedyActionAnswer { Kind = ErrorActions.CheckPublicUrl, Target = url.GetLeftPart(UriPartial.Authority) },
            };
        }

        foreach (var name in left)
            yield return Finding.NotReached($"Not looked at: '{failed}' failed.").Answer(name, TimeSpan.Zero);
    }

    // Which address the name has in here is the operator's affair.
    private string Said(ConnectionStep step, bool passed) => (passed, question.SeesUpstreams) switch
    {
        (true, true) => step.Detail,
        (true, false) => "It works, seen from this server.",
        (false, true) => $"Seen from this server, which is not where callers are: {step.Detail}",
        _ => "It does not work, seen from this server, which is not where callers are.",
    };

    private async Task<Finding> UpstreamAsync(CancellationToken cancellationToken)
    {
        Finding? first = null;
        foreach (var definition in gateway.Upstreams.Routes.Find(question.Model).Select(static c => c.Definition))
        {
            if (definition.Kind == UpstreamKind.Sandbox)
                return Finding.Pass($"Upstream '{definition.Name}' is the stand-in inside Sluice.");
            var failure = UpstreamFailure.None;
            await foreach (var step in gateway.Connections.TryAsync(definition.BaseUrl, new ConnectRules(definition.ConnectTimeout, definition.AllowPrivateAddress), cancellationToken))
                failure = step.Failure;
            if (failure == UpstreamFailure.None)
                return Finding.Pass($"Upstream '{definition.Name}' can be connected to.{(first is null ? "" : " Another that is asked before it cannot.")}");
            // In the words that callers are told; where the upstream is, is the operator's affair.
            first ??= Finding.Fail(UpstreamErrors.Of(failure, definition)) with { Target = definition.Id, Value = definition.Name };
        }

        return first!;
    }

    private async Task<Finding> FirstTokenAsync(RealCall real, CancellationToken cancellationToken)
    {
        if (!DiagnosticCall.CanCall(question.Endpoint))
            return Finding.NotReached("This endpoint is not called for a diagnosis: it would cost more than a token.");
        if (question.Key!.Signing is not null)
            return Finding.NotReached("The key's calls must be signed, and only its caller does that: make one, and diagnose it by its request id.");
        var reply = await new DiagnosticCall(gateway).MakeAsync(question, real, cancellationToken);
        _callRequestId = reply.RequestId;
        if (reply.Refusal is { } refusal)
        {
            var finding = Finding.Fail(refusal);
            if (Finding.RemedyOf(refusal.Error.Code).Action != ErrorActions.OpenUpstream)
                return finding with { Target = question.KeyId };
            return finding with { Target = gateway.Upstreams.Live.FirstOrDefault(l => l.Definition.Name == reply.Upstream)?.Definition.Id, Value = reply.Upstream };
        }

        return Finding.Pass(string.Create(CultureInfo.InvariantCulture, $"The first token came after {reply.FirstToken.TotalMilliseconds:0} ms. The call is counted as the key's: {reply.RequestId}."));
    }
}
