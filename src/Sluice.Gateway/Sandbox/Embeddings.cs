using System.Buffers;
using System.Buffers.Binary;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Sandbox;

/// <summary>Answers embedding requests: reads, checks, and writes the vectors of <see cref="TextVector"/>.</summary>
internal static class Embeddings
{
    private const int InputsMax = 2048;
    private const int TokensPerInputMax = 8192;
    private const int TokensMax = 300_000;

    public static void Write(PooledBytes to, JsonSlice body, SandboxDirectives directives)
    {
        var model = RequestMembers.Model(body);
        var members = new RequestMembers(body, SandboxModels.FlavourOf(model));
        var base64 = Base64(members);
        var dimensions = Dimensions(members, model);
        var input = members["input"u8];
        if (input.IsAbsent) throw members.Invalid("input", "'input' is required.", "missing_required_parameter");

        var inputs = Inputs(members, input);
        var vector = ArrayPool<float>.Shared.Rent(dimensions);
        try
        {
            var tokens = 0L;
            to.Raw("{\"object\":\"list\",\"data\":["u8);
            for (var i = 0; i < inputs.Count; i++)
            {
                var values = vector.AsSpan(0, dimensions);
                tokens += Embed(members, inputs[i], inputs.Count == 1 ? "input" : $"input[{i}]", values);
                if (tokens > TokensMax) throw members.Invalid("input", $"All inputs together may have at most {TokensMax} tokens.");
                to.Raw(i > 0 ? ",{\"object\":\"embedding\",\"index\":"u8 : "{\"object\":\"embedding\",\"index\":"u8);
                to.Number(i);
                to.Raw(",\"embedding\":"u8);
                Vector(to, values, base64);
                to.Raw("}"u8);
            }

            to.Raw("],\"model\":"u8);
            to.Text(model);
            if (!directives.NoUsage)
            {
                to.Raw(",\"usage\":{\"prompt_tokens\":"u8);
                to.Number(tokens);
                to.Raw(",\"total_tokens\":"u8);
                to.Number(tokens);
                to.Raw("}"u8);
            }

            to.Raw("}"u8);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(vector);
        }
    }

    private static bool Base64(RequestMembers members)
    {
        var format = members["encoding_format"u8];
        if (format.IsAbsent || format.TextEquals("float"u8)) return false;
        return format.TextEquals("base64"u8) ? true : throw members.Invalid("encoding_format", "'encoding_format' must be 'float' or 'base64'.");
    }

    private static int Dimensions(RequestMembers members, string model)
    {
        var own = model == "text-embedding-3-large" ? 3072 : 1536;
        var asked = members.Whole("dimensions"u8, "dimensions", 1, own);
        if (asked is not null && model == "text-embedding-ada-002") throw members.Invalid("dimensions", "'text-embedding-ada-002' has no 'dimensions'.", "unsupported_parameter");
        return (int)(asked ?? own);
    }

    /// <summary>The single inputs: strings, or arrays of token ids.</summary>
    private static List<JsonSlice> Inputs(RequestMembers members, JsonSlice input)
    {
        if (input.IsString) return [input];
        if (!input.IsArray) throw members.Invalid("input", "'input' must be a string, an array of strings, or arrays of token ids.", "invalid_type");
        var items = input.Items();
        if (items.Count == 0) throw members.Invalid("input", "'input' must not be empty.", "empty_array");
        if (items[0].IsNumber) return [input];
        return items.Count <= InputsMax ? items : throw members.Invalid("input", $"'input' may have at most {InputsMax} entries; it has {items.Count}.");
    }

    private static int Embed(RequestMembers members, JsonSlice input, string at, Span<float> vector)
    {
        var features = new TextVector(vector);
        int tokens;
        if (input.IsString)
        {
            var chars = input.RentText(out var length);
            try
            {
                if (length == 0) throw members.Invalid("input", $"'{at}' must not be an empty string.");
                tokens = TokenCounter.Count(chars.AsSpan(0, length));
                if (tokens <= TokensPerInputMax) features.Add(chars.AsSpan(0, length));
            }
            finally
            {
                ArrayPool<char>.Shared.Return(chars);
            }
        }
        else if (input.IsArray)
        {
            var ids = input.Items();
            if (ids.Count == 0) throw members.Invalid("input", $"'{at}' must not be empty.", "empty_array");
            tokens = ids.Count;
            foreach (var id in ids)
            {
                if (!id.TryWhole(out var number) || number < 0) throw members.Invalid("input", $"'{at}' must contain token ids only: whole numbers of at least 0.", "invalid_type");
                if (tokens <= TokensPerInputMax) features.Add(number);
            }
        }
        else
        {
            throw members.Invalid("input", $"'{at}' must be a string or an array of token ids.", "invalid_type");
        }

        if (tokens > TokensPerInputMax) throw members.Invalid("input", $"'{at}' has {tokens} tokens; at most {TokensPerInputMax} are allowed.", "context_length_exceeded");
        features.Normalise();
        return tokens;
    }

    private static void Vector(PooledBytes to, ReadOnlySpan<float> values, bool base64)
    {
        if (base64)
        {
            var bytes = ArrayPool<byte>.Shared.Rent(values.Length * sizeof(float));
            for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
            to.Raw("\""u8);
            to.Base64(bytes.AsSpan(0, values.Length * sizeof(float)));
            to.Raw("\""u8);
            ArrayPool<byte>.Shared.Return(bytes);
            return;
        }

        to.Raw("["u8);
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0) to.Raw(","u8);
            to.Number(values[i]);
        }

        to.Raw("]"u8);
    }
}
