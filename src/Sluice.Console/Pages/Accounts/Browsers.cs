using Sluice.Console.Language;

namespace Sluice.Console.Pages.Accounts;

/// <summary>What a session's program is called by people. Only a guess: it may say of itself what it likes.</summary>
internal static class Browsers
{
    private static readonly (string Sign, string Name)[] Programs =
        [("MicroMessenger", "WeChat"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")];

    private static readonly (string Sign, string Name)[] Systems = [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")];

    public static string Name(string userAgent, Words words)
    {
        var program = Programs.FirstOrDefault(p => userAgent.Contains(p.Sign, StringComparison.Ordinal)).Name;
        var system = Systems.FirstOrDefault(s => userAgent.Contains(s.Sign, StringComparison.Ordinal)).Name;
        if (program is null) return userAgent.Length == 0 ? words["Unknown program"] : userAgent;
        return system is null ? program : words["{0} on {1}", program, system];
    }
}
