using Sluice.Console.Layout;
using Sluice.Console.Pages;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;

namespace Sluice.Console.Ui;

/// <summary>Where something can be done about an error.</summary>
public static class Remedies
{
    /// <summary>The page for it and what its link says; <see langword="null"/> where nothing in the console helps, or not this person.</summary>
    /// <param name="action">As the API names it.</param>
    /// <param name="visit">Who would do it.</param>
    /// <param name="requestId">The call it is about.</param>
    public static (string Href, string Label)? Of(RemedyActionAnswer action, Visit visit, string? requestId = null)
    {
        var words = visit.Words;
        var key = action.Target is { } target && target.StartsWith("key_", StringComparison.Ordinal) ? "/console/keys/" + Uri.EscapeDataString(target) : null;
        return action.Kind switch
        {
            ErrorActions.RaiseLimit => (Address.Of("/console/quota/apply", ("limit", action.Value), ("keyId", key is null ? null : action.Target)), words["Raise limit"]),
            ErrorActions.AddAddress when key is not null => (key + "?dialog=edit", action.Value is { } address ? words["Add {0}", address] : words["Change the address list"]),
            ErrorActions.AskPermission when key is not null && visit.May("keys.write") => (key + "?dialog=edit", words["Change what the key may do"]),
            ErrorActions.AskPermission => ("/console/account/access", words["What may I do?"]),
            ErrorActions.EnableKey or ErrorActions.ExtendKey or ErrorActions.SignCalls when key is not null => (key, words["Open the key"]),
            ErrorActions.RotateKey when key is not null => (key + "?dialog=rotate", words["Rotate the key"]),
            ErrorActions.CreateKey when visit.May("keys.write") => ("/console/keys?dialog=create", words["Create key"]),
            ErrorActions.SendKey => ("/console/quickstart", words["How to send a key"]),
            ErrorActions.ChooseModel => ("/console/models", words["Choose a model"]),
            ErrorActions.OpenUpstream when visit.May("upstreams.read") => (action.Target is { } upstream ? "/console/admin/upstreams/" + Uri.EscapeDataString(upstream) : "/console/admin/upstreams", words["Open the upstream"]),
            ErrorActions.TellOperator when visit.May("tickets.write") => (Address.Of("/console/support", ("dialog", "create"), ("requestId", requestId)), words["Tell the operator"]),
            ErrorActions.CheckPublicUrl when visit.May("installation.settings") => ("/console/admin/system", words["Open the system page"]),
            _ => null,
        };
    }

    /// <summary>For an error of the data plane of which only the code is known.</summary>
    public static (string Sentence, RemedyActionAnswer Action)? Of(string? code, string? keyId)
    {
        if (code is null || ErrorRemedies.Find(code) is not { } found) return null;
        var target = found.Remedy.Action is ErrorActions.OpenUpstream ? null : keyId;
        var value = code == ErrorCodes.InsufficientQuota.Code ? "callsPerDay" : null;
        return (found.Remedy.Sentence, new RemedyActionAnswer { Kind = found.Remedy.Action, Target = target, Value = value });
    }
}
