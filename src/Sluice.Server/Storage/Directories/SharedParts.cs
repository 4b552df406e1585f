using System.Net;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Storage.Directories;

/// <summary>
/// What keys that are read together have alike, made once: a million keys have few organisations, lists and limits between them, and everything here is
/// immutable. Each kind is bounded; beyond the bound parts are no longer shared, only larger in sum.
/// </summary>
internal sealed class SharedParts(KeyOwners owners, KeyGrants grants)
{
    private const int Most = 100_000;

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeZoneInfo> _zones = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string), KeyScope> _scopes = [];
    private readonly Dictionary<string, IReadOnlyList<IPNetwork>> _networks = new(StringComparer.Ordinal);
    private readonly Dictionary<KeyLimits, KeyLimits> _limits = [];

    public KeyOwners Owners => owners;

    public KeyGrants Grants => grants;

    public string Text(string text) => One(_texts, text, static text => text);

    public TimeZoneInfo Zone(string id) => One(_zones, id, TimeZoneInfo.FindSystemTimeZoneById);

    public KeyLimits Limits(KeyLimits limits) => limits == KeyLimits.None ? KeyLimits.None : One(_limits, limits, static limits => limits);

    public KeyScope Scope(string routes, string models) => One(_scopes, (routes, models), static json =>
    {
        var scope = new KeyScope(TextList.Parse(json.Item1), TextList.Parse(json.Item2));
        return scope.Routes.Count == 0 && scope.Models.Count == 0 ? KeyScope.Everything : scope;
    });

    // One bad entry spoils the key: leaving it out could empty the list, and an empty list lets everyone in.
    public IReadOnlyList<IPNetwork> Networks(string json) => One(_networks, json, static json => TextList.Parse(json).Select(text => IPNetwork.Parse(text)).ToArray());

    private static TPart One<TText, TPart>(Dictionary<TText, TPart> known, TText text, Func<TText, TPart> make) where TText : notnull
    {
        if (known.TryGetValue(text, out var part)) return part;
        part = make(text);
        if (known.Count < Most) known.Add(text, part);
        return part;
    }
}
