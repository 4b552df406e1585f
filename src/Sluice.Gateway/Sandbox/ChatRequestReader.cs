using System.Buffers;
using System.Text.Json;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// Reads a chat completion request and refuses what the vendor would refuse. Prompt tokens are those of every text, name, tool
/// definition, tool call and schema, plus <see cref="PromptTokens.PerMessage"/> a message and <see cref="PromptTokens.ForReply"/>.
/// </summary>
internal static class ChatRequestReader
{
    private static readonly SearchValues<char> NameChars = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static ChatRequest Read(JsonSlice body, ulong seed)
    {
        var model = RequestMembers.Model(body);
        var flavour = SandboxModels.FlavourOf(model);
        var members = new RequestMembers(body, flavour);
        if (SandboxModels.IsEmbedding(model) || SandboxModels.IsImage(model)) throw members.Invalid("model", $"'{model}' is not a chat model.");
        var request = new ChatRequest { Model = model, Flavour = flavour, Seed = seed };
        members.Streaming(out var stream, out var includeUsage);
        (request.Stream, request.IncludeUsage) = (stream, includeUsage);
        members.Sampling();
        request.Stops = members.Stops();
        if (members.Boolean("logprobs"u8, "logprobs", false) is false && !members["top_logprobs"u8].IsAbsent) throw members.Invalid("top_logprobs", "'top_logprobs' needs 'logprobs': true.");
        members.Whole("top_logprobs"u8, "top_logprobs", 0, 20);
        if (flavour == SandboxFlavour.OpenAI) request.Choices = (int)(members.Whole("n"u8, "n", 1, 128) ?? 1);
        request.Thinking = Thinking(members, model);
        request.TokensMax = TokensMax(members, model, request.Thinking);

        var tokens = default(PromptTokens);
        Tools(members, request, ref tokens);
        Format(members, request, ref tokens);
        new ChatMessagesReader(members, request).Read(ref tokens);
        request.PromptTokens = tokens.Total + PromptTokens.ForReply;
        if (request.PromptTokens > SandboxModels.ContextOf(model))
            throw members.Invalid("messages", $"'{model}' takes at most {SandboxModels.ContextOf(model)} tokens; the messages have {request.PromptTokens}.", "context_length_exceeded");
        return request;
    }

    private static long TokensMax(RequestMembers members, string model, ThinkingEffort thinking)
    {
        var limit = members.Flavour == SandboxFlavour.DeepSeek ? 393_216 : 1_000_000;
        var old = members.Whole("max_tokens"u8, "max_tokens", 1, limit);
        if (old is not null && SandboxModels.RejectsMaxTokens(model))
            throw members.Invalid("max_tokens", $"'max_tokens' is not accepted by '{model}'; send 'max_completion_tokens'.", "unsupported_parameter");
        return members.Whole("max_completion_tokens"u8, "max_completion_tokens", 1, limit) ?? old ?? (members.Flavour, thinking) switch
        {
            (SandboxFlavour.DeepSeek, ThinkingEffort.None) => 8_192,
            (SandboxFlavour.DeepSeek, ThinkingEffort.Max) => 131_072,
            (SandboxFlavour.DeepSeek, _) => 65_536,
            _ => 16_384,
        };
    }

    private static ThinkingEffort Thinking(RequestMembers members, string model)
    {
        var effort = members["reasoning_effort"u8];
        if (!effort.IsAbsent && !effort.IsString) throw members.Invalid("reasoning_effort", "'reasoning_effort' must be a string.", "invalid_type");
        ThinkingEffort? asked = effort.IsAbsent ? null : effort.Text() switch
        {
            "none" => ThinkingEffort.None,
            "minimal" or "low" => ThinkingEffort.Low,
            "medium" or "high" or "xhigh" => ThinkingEffort.High,
            "max" or "ultra" => ThinkingEffort.Max,
            _ => throw SandboxProblem.OutOfRange(members.Flavour, "reasoning_effort", "'reasoning_effort' must be one of none, minimal, low, medium, high, xhigh, max."),
        };
        // OpenAI's models keep their reasoning to themselves; the sandbox has none to bill there.
        if (members.Flavour == SandboxFlavour.OpenAI) return ThinkingEffort.None;

        var thinking = members["thinking"u8];
        if (!thinking.IsAbsent && !thinking.IsObject) throw members.Invalid("thinking", "'thinking' must be an object such as {\"type\": \"disabled\"}.", "invalid_type");
        var on = SandboxModels.ThinksByDefault(model);
        if (!thinking.IsAbsent)
        {
            var type = thinking["type"u8];
            on = type.TextEquals("enabled"u8) || (type.TextEquals("disabled"u8) ? false : throw members.Invalid("thinking.type", "'thinking.type' must be 'enabled' or 'disabled'."));
        }

        return on ? asked ?? ThinkingEffort.High : ThinkingEffort.None;
    }

    private static void Tools(RequestMembers members, ChatRequest request, ref PromptTokens tokens)
    {
        var tools = members["tools"u8];
        var defined = new List<ToolDefinition>();
        if (!tools.IsAbsent)
        {
            if (!tools.IsArray) throw members.Invalid("tools", "'tools' must be an array.", "invalid_type");
            var items = tools.Items();
            if (items.Count > 128) throw SandboxProblem.OutOfRange(members.Flavour, "tools", $"'tools' may have at most 128 entries; it has {items.Count}.");
            for (var i = 0; i < items.Count; i++)
            {
                var tool = Tool(members, items[i], i);
                if (defined.Exists(t => t.Name == tool.Name)) throw members.Invalid($"tools[{i}].function.name", $"The tool name '{tool.Name}' is used twice.");
                defined.Add(tool);
                tokens.AddJson(items[i]);
            }
        }

        request.Tools = defined;
        request.ParallelTools = members.Boolean("parallel_tool_calls"u8, "parallel_tool_calls", true);
        Choice(members, request);
        if (request.ToolUse == ToolUse.Required && request.Thinking != ThinkingEffort.None)
            throw members.Invalid("tool_choice", "'tool_choice' must be 'auto' or 'none' in thinking mode; switch thinking off to force a tool call.");
    }

    private static ToolDefinition Tool(RequestMembers members, JsonSlice tool, int index)
    {
        var at = $"tools[{index}]";
        if (!tool.IsObject) throw members.Invalid(at, $"'{at}' must be an object.", "invalid_type");
        if (!tool["type"u8].TextEquals("function"u8)) throw members.Invalid(at + ".type", $"'{at}.type' must be 'function'.");
        var function = tool["function"u8];
        var name = function["name"u8];
        if (!name.IsString) throw members.Invalid(at + ".function.name", $"'{at}.function.name' is required and must be a string.", "missing_required_parameter");
        var text = name.Text();
        if (text.Length is 0 or > 128 || text.AsSpan().ContainsAnyExcept(NameChars)) throw members.Invalid(at + ".function.name", $"'{at}.function.name' must have 1 to 128 of the characters A-Z a-z 0-9 _ -.");
        var parameters = function["parameters"u8];
        if (!parameters.IsAbsent && !parameters.IsObject) throw members.Invalid(at + ".function.parameters", $"'{at}.function.parameters' must be a JSON Schema object.", "invalid_type");
        var description = function["description"u8];
        return new ToolDefinition(text, description.IsString ? description.Text() : "", parameters);
    }

    private static void Choice(RequestMembers members, ChatRequest request)
    {
        var choice = members["tool_choice"u8];
        if (choice.IsAbsent)
        {
            request.ToolUse = request.Tools.Count > 0 ? ToolUse.Auto : ToolUse.None;
            return;
        }

        if (choice.IsString)
        {
            request.ToolUse = choice.Text() switch
            {
                "none" => ToolUse.None,
                "auto" => ToolUse.Auto,
                "required" => ToolUse.Required,
                _ => throw members.Invalid("tool_choice", "'tool_choice' must be 'none', 'auto', 'required' or an object that names a function."),
            };
        }
        else if (choice["type"u8].TextEquals("function"u8) && choice["function"u8]["name"u8] is { IsString: true } name)
        {
            var wanted = name.Text();
            request.ToolUse = ToolUse.Required;
            request.NamedTool = request.Tools.FirstOrDefault(t => t.Name == wanted) ?? throw members.Invalid("tool_choice", $"'tool_choice' names the function '{PromptExcerpt.Of(wanted, 64)}', which is not in 'tools'.");
        }
        else if (choice["type"u8].TextEquals("allowed_tools"u8))
        {
            request.ToolUse = choice["allowed_tools"u8]["mode"u8].TextEquals("required"u8) ? ToolUse.Required : ToolUse.Auto;
        }
        else
        {
            throw members.Invalid("tool_choice", "'tool_choice' must be 'none', 'auto', 'required' or an object that names a function.");
        }

        if (request.ToolUse != ToolUse.None && request.Tools.Count == 0) throw members.Invalid("tool_choice", "'tool_choice' is only allowed with 'tools'.");
    }

    private static void Format(RequestMembers members, ChatRequest request, ref PromptTokens tokens)
    {
        var format = members["response_format"u8];
        if (format.IsAbsent) return;
        var type = format["type"u8];
        if (!type.IsString) throw members.Invalid("response_format", "'response_format' must be an object with a 'type'.", "invalid_type");
        switch (type.Text())
        {
            case "text":
                break;
            case "json_object":
                request.Format = AnswerFormat.JsonObject;
                break;
            case "json_schema" when request.Flavour == SandboxFlavour.OpenAI:
                var schema = format["json_schema"u8]["schema"u8];
                if (!format["json_schema"u8]["name"u8].IsString) throw members.Invalid("response_format.json_schema.name", "'response_format.json_schema.name' is required.", "missing_required_parameter");
                if (!schema.IsAbsent && schema.Kind is not (JsonTokenType.StartObject or JsonTokenType.True)) throw members.Invalid("response_format.json_schema.schema", "'response_format.json_schema.schema' must be a JSON Schema object.", "invalid_type");
                request.Format = AnswerFormat.JsonSchema;
                request.Schema = schema;
                tokens.AddJson(format);
                break;
            default:
                throw members.Invalid("response_format.type", request.Flavour == SandboxFlavour.DeepSeek
                    ? "'response_format.type' must be 'text' or 'json_object'; this model has no 'json_schema'."
                    : "'response_format.type' must be 'text', 'json_object' or 'json_schema'.");
        }
    }
}
