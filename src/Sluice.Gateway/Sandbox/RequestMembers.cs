namespace Sluice.Gateway.Sandbox;

/// <summary>The members that several endpoints share, read and checked as the vendors do.</summary>
internal readonly struct RequestMembers(JsonSlice body, SandboxFlavour flavour)
{
    public JsonSlice this[ReadOnlySpan<byte> name] => body[name];

    public SandboxFlavour Flavour { get; } = flavour;

    /// <summary>The model's name, before the flavour is known.</summary>
    public static string Model(JsonSlice body)
    {
        if (!body.IsObject) throw SandboxProblem.Invalid(SandboxFlavour.OpenAI, null, "The request body must be a JSON object.", "invalid_type");
        var model = body["model"u8];
        if (model.IsAbsent) throw SandboxProblem.Invalid(SandboxFlavour.OpenAI, "model", "'model' is required.", "missing_required_parameter");
        if (!model.IsString) throw SandboxProblem.Invalid(SandboxFlavour.OpenAI, "model", "'model' must be a string.", "invalid_type");
        var name = model.Text();
        return name.Length is > 0 and <= 256 ? name : throw SandboxProblem.Invalid(SandboxFlavour.OpenAI, "model", "'model' must have 1 to 256 characters.");
    }

    public SandboxProblem Invalid(string param, string message, string? code = null) => SandboxProblem.Invalid(Flavour, param, message, code);

    public bool Boolean(ReadOnlySpan<byte> name, string param, bool otherwise)
    {
        var value = body[name];
        if (value.IsAbsent) return otherwise;
        return value.IsBoolean ? value.Kind == System.Text.Json.JsonTokenType.True : throw Invalid(param, $"'{param}' must be true or false.", "invalid_type");
    }

    public long? Whole(ReadOnlySpan<byte> name, string param, long min, long max)
    {
        var value = body[name];
        if (value.IsAbsent) return null;
        if (!value.TryWhole(out var number)) throw Invalid(param, $"'{param}' must be a whole number.", "invalid_type");
        return number >= min && number <= max ? number : throw SandboxProblem.OutOfRange(Flavour, param, $"'{param}' must be from {min} to {max}; it is {number}.");
    }

    public void Number(ReadOnlySpan<byte> name, string param, double min, double max)
    {
        var value = body[name];
        if (value.IsAbsent) return;
        if (!value.TryNumber(out var number)) throw Invalid(param, $"'{param}' must be a number.", "invalid_type");
        if (!(number >= min && number <= max)) throw SandboxProblem.OutOfRange(Flavour, param, $"'{param}' must be from {min} to {max}.");
    }

    /// <summary>Temperature, top_p and the penalties: checked, and of no effect.</summary>
    public void Sampling()
    {
        Number("temperature"u8, "temperature", 0, 2);
        Number("top_p"u8, "top_p", 0, 1);
        if (Flavour == SandboxFlavour.DeepSeek) return;
        Number("frequency_penalty"u8, "frequency_penalty", -2, 2);
        Number("presence_penalty"u8, "presence_penalty", -2, 2);
    }

    public void Streaming(out bool stream, out bool includeUsage)
    {
        stream = Boolean("stream"u8, "stream", false);
        includeUsage = false;
        var options = body["stream_options"u8];
        if (options.IsAbsent) return;
        if (!options.IsObject) throw Invalid("stream_options", "'stream_options' must be an object.", "invalid_type");
        if (!stream) throw Invalid("stream_options", "'stream_options' is only allowed with 'stream': true.");
        includeUsage = new RequestMembers(options, Flavour).Boolean("include_usage"u8, "stream_options.include_usage", false);
    }

    public IReadOnlyList<string> Stops()
    {
        var stop = body["stop"u8];
        if (stop.IsAbsent) return [];
        if (stop.IsString) return [stop.Text()];
        if (!stop.IsArray) throw Invalid("stop", "'stop' must be a string or an array of strings.", "invalid_type");
        var max = Flavour == SandboxFlavour.DeepSeek ? 16 : 4;
        var items = stop.Items();
        if (items.Count > max) throw SandboxProblem.OutOfRange(Flavour, "stop", $"'stop' may have at most {max} strings; it has {items.Count}.");
        var stops = new List<string>(items.Count);
        foreach (var item in items) stops.Add(item.IsString ? item.Text() : throw Invalid("stop", "'stop' must contain strings only.", "invalid_type"));
        return stops;
    }
}
