namespace Sluice.Contracts.Json;

/// <summary>
/// A JSON member that may be absent, which is not the same as being <see langword="null"/>. The default value is absent.
/// </summary>
public readonly record struct Optional<T>
{
    private readonly T _value;

    /// <summary>A member that is there, with this value.</summary>
    public Optional(T value) => (_value, HasValue) = (value, true);

    /// <summary>Whether the member was there, be it as <c>null</c>.</summary>
    public bool HasValue { get; }

    /// <summary>The member's value; the default of <typeparamref name="T"/> where it was absent.</summary>
    public T? Value => _value;

    /// <summary>The member's value, or <paramref name="otherwise"/> where it was absent.</summary>
    public T Or(T otherwise) => HasValue ? _value : otherwise;

    /// <summary>What the member is set to, when it is there.</summary>
    /// <returns><see langword="false"/> where the member was absent.</returns>
    public bool TryGet(out T? value)
    {
        value = _value;
        return HasValue;
    }

    /// <summary>A member that is there, with this value.</summary>
    public static implicit operator Optional<T>(T value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => HasValue ? _value?.ToString() ?? "null" : "absent";
}
