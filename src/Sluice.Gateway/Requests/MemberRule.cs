using System.Text;

namespace Sluice.Gateway.Requests;

[Flags]
public enum JsonKinds { None = 0, String = 1, Number = 2, Boolean = 4, Array = 8, Object = 16 }

/// <summary>What the gateway itself wants of a member, beyond checking it.</summary>
public enum MemberRole { None, Model, Stream, StreamOptions, Choices, MaxTokens, Messages }

/// <summary>What a member of a request body may be. <c>null</c> is always allowed where the member is not required: vendors read it as "absent".</summary>
public sealed class MemberRule(string name, JsonKinds kinds, MemberRole role = MemberRole.None)
{
    private readonly byte[] _utf8 = Encoding.UTF8.GetBytes(name);

    public string Name { get; } = name;
    public JsonKinds Kinds { get; } = kinds;
    public MemberRole Role { get; } = role;
    public bool Required { get; init; }
    /// <summary>No fraction.</summary>
    public bool Whole { get; init; }
    public double Min { get; init; } = double.MinValue;
    public double Max { get; init; } = double.MaxValue;
    /// <summary>The only strings allowed, where listed.</summary>
    public string[]? Allowed { get; init; }

    public ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>In words, for an error.</summary>
    public string Expected
    {
        get
        {
            if (Allowed is not null) return "one of " + string.Join(", ", Allowed.Select(static a => $"'{a}'"));
            var kinds = new List<string>(2);
            if (Kinds.HasFlag(JsonKinds.String)) kinds.Add("a string");
            if (Kinds.HasFlag(JsonKinds.Number)) kinds.Add(Whole ? "a whole number" : "a number");
            if (Kinds.HasFlag(JsonKinds.Boolean)) kinds.Add("true or false");
            if (Kinds.HasFlag(JsonKinds.Array)) kinds.Add("an array");
            if (Kinds.HasFlag(JsonKinds.Object)) kinds.Add("an object");
            var text = string.Join(" or ", kinds);
            if (Min > double.MinValue && Max < int.MaxValue) text += FormattableString.Invariant($" from {Min} to {Max}");
            else if (Min > double.MinValue && Min > long.MinValue) text += FormattableString.Invariant($" of at least {Min}");
            return text;
        }
    }
}
