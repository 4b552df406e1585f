using System.Buffers;
using System.Text.Json;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// One value inside a JSON text, as the bytes it stands in: looked into on demand, nothing is built. The whole text must have been
/// read through once already. The default value is a member that is not there.
/// </summary>
internal readonly struct JsonSlice(ReadOnlyMemory<byte> bytes)
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public JsonTokenType Kind => Bytes.IsEmpty ? JsonTokenType.None : Bytes.Span[0] switch
    {
        (byte)'{' => JsonTokenType.StartObject,
        (byte)'[' => JsonTokenType.StartArray,
        (byte)'"' => JsonTokenType.String,
        (byte)'t' => JsonTokenType.True,
        (byte)'f' => JsonTokenType.False,
        (byte)'n' => JsonTokenType.Null,
        _ => JsonTokenType.Number,
    };

    /// <summary>Not there, or <c>null</c>.</summary>
    public bool IsAbsent => Kind is JsonTokenType.None or JsonTokenType.Null;
    public bool IsObject => Kind == JsonTokenType.StartObject;
    public bool IsArray => Kind == JsonTokenType.StartArray;
    public bool IsString => Kind == JsonTokenType.String;
    public bool IsNumber => Kind == JsonTokenType.Number;
    public bool IsBoolean => Kind is JsonTokenType.True or JsonTokenType.False;

    /// <summary>The member called <paramref name="name"/>, or the default value if this is not an object that has one.</summary>
    public JsonSlice this[ReadOnlySpan<byte> name]
    {
        get
        {
            if (!IsObject) return default;
            var reader = new Utf8JsonReader(Bytes.Span);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var found = reader.ValueTextEquals(name);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (found) return new JsonSlice(Bytes[start..(int)reader.BytesConsumed]);
            }

            return default;
        }
    }

    public List<KeyValuePair<string, JsonSlice>> Members()
    {
        var members = new List<KeyValuePair<string, JsonSlice>>();
        if (!IsObject) return members;
        var reader = new Utf8JsonReader(Bytes.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            members.Add(new(name, new JsonSlice(Bytes[start..(int)reader.BytesConsumed])));
        }

        return members;
    }

    public List<JsonSlice> Items()
    {
        var items = new List<JsonSlice>();
        if (!IsArray) return items;
        var reader = new Utf8JsonReader(Bytes.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(new JsonSlice(Bytes[start..(int)reader.BytesConsumed]));
        }

        return items;
    }

    /// <summary>The string this is; only where <see cref="IsString"/>.</summary>
    public string Text()
    {
        var reader = new Utf8JsonReader(Bytes.Span);
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>The string without its escapes in a rented array, which the caller returns.</summary>
    public char[] RentText(out int length)
    {
        var chars = ArrayPool<char>.Shared.Rent(Bytes.Length);
        var reader = new Utf8JsonReader(Bytes.Span);
        reader.Read();
        length = reader.CopyString(chars);
        return chars;
    }

    public bool TryNumber(out double value)
    {
        value = 0;
        if (!IsNumber) return false;
        var reader = new Utf8JsonReader(Bytes.Span);
        reader.Read();
        return reader.TryGetDouble(out value);
    }

    public bool TryWhole(out long value)
    {
        value = 0;
        if (!IsNumber) return false;
        var reader = new Utf8JsonReader(Bytes.Span);
        reader.Read();
        return reader.TryGetInt64(out value);
    }

    public bool TextEquals(ReadOnlySpan<byte> utf8)
    {
        if (!IsString) return false;
        var reader = new Utf8JsonReader(Bytes.Span);
        reader.Read();
        return reader.ValueTextEquals(utf8);
    }
}
