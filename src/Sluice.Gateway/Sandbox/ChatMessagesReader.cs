namespace Sluice.Gateway.Sandbox;

/// <summary>Reads the messages of a chat: counts them, checks their order as the vendors do, and keeps what the answer refers to.</summary>
internal sealed class ChatMessagesReader(RequestMembers members, ChatRequest request)
{
    private static readonly string[] DeepSeekRoles = ["system", "user", "assistant", "tool"];
    private static readonly string[] OpenAIRoles = ["developer", "system", "user", "assistant", "tool", "function"];

    private readonly HashSet<string> _unanswered = new(StringComparer.Ordinal);
    private readonly List<string> _results = [];
    private bool _reasoningMissing;

    public void Read(ref PromptTokens tokens)
    {
        var list = members["messages"u8];
        if (list.IsAbsent) throw members.Invalid("messages", "'messages' is required.", "missing_required_parameter");
        if (!list.IsArray) throw members.Invalid("messages", "'messages' must be an array.", "invalid_type");
        var messages = list.Items();
        if (messages.Count == 0) throw members.Invalid("messages", "'messages' must not be empty.", "empty_array");
        for (var i = 0; i < messages.Count; i++) Message(messages[i], $"messages[{i}]", last: i == messages.Count - 1, ref tokens);
        if (_unanswered.Count > 0) throw Unanswered("messages");
        if (_reasoningMissing && request.Thinking != ThinkingEffort.None && request.Tools.Count > 0)
            throw members.Invalid("messages", "'reasoning_content' of every earlier assistant message must be sent back when thinking mode is used with tools.");
        request.Messages = messages.Count;
        request.ToolResults = _results;
    }

    private void Message(JsonSlice message, string at, bool last, ref PromptTokens tokens)
    {
        if (!message.IsObject) throw members.Invalid(at, $"'{at}' must be an object.", "invalid_type");
        var role = message["role"u8];
        if (!role.IsString) throw members.Invalid(at + ".role", $"'{at}.role' is required and must be a string.", "missing_required_parameter");
        var known = request.Flavour == SandboxFlavour.DeepSeek ? DeepSeekRoles : OpenAIRoles;
        var name = role.Text();
        if (!known.Contains(name)) throw members.Invalid(at + ".role", $"'{at}.role' is '{PromptExcerpt.Of(name, 40)}'; it must be one of {string.Join(", ", known)}.");
        tokens.Add(PromptTokens.PerMessage);
        if (message["name"u8] is { IsString: true } author) tokens.AddText(author);
        if (name != "tool" && _unanswered.Count > 0) throw Unanswered(at);
        var content = message["content"u8];
        switch (name)
        {
            case "user":
                request.UserText = Content(content, at, required: true, ref tokens);
                _results.Clear();
                break;
            case "assistant":
                Assistant(message, content, at, last, ref tokens);
                break;
            case "tool":
                var id = message["tool_call_id"u8];
                if (!id.IsString) throw members.Invalid(at + ".tool_call_id", $"'{at}.tool_call_id' is required for the role 'tool'.", "missing_required_parameter");
                if (!_unanswered.Remove(id.Text())) throw members.Invalid(at + ".tool_call_id", $"'{at}.tool_call_id' does not match a tool call of the assistant message before it.");
                _results.Add(Content(content, at, required: true, ref tokens));
                break;
            default:
                Content(content, at, required: true, ref tokens);
                break;
        }
    }

    private void Assistant(JsonSlice message, JsonSlice content, string at, bool last, ref PromptTokens tokens)
    {
        _results.Clear();
        var calls = message["tool_calls"u8];
        var text = Content(content, at, required: calls.IsAbsent && message["refusal"u8].IsAbsent && message["reasoning_content"u8].IsAbsent && message["function_call"u8].IsAbsent, ref tokens);
        var prefix = members.Flavour == SandboxFlavour.DeepSeek && new RequestMembers(message, members.Flavour).Boolean("prefix"u8, at + ".prefix", false);
        if (prefix && !last) throw members.Invalid(at + ".prefix", $"'{at}.prefix' is only allowed in the last message.");
        if (prefix) request.Prefix = text;
        var reasoning = message["reasoning_content"u8];
        if (reasoning.IsString)
        {
            // Without tools the vendor ignores it, and does not count it.
            if (request.Tools.Count > 0) tokens.AddText(reasoning);
        }
        else if (!prefix)
        {
            _reasoningMissing = true;
        }

        if (calls.IsAbsent) return;
        if (!calls.IsArray) throw members.Invalid(at + ".tool_calls", $"'{at}.tool_calls' must be an array.", "invalid_type");
        foreach (var call in calls.Items())
        {
            var id = call["id"u8];
            var function = call["function"u8];
            if (!id.IsString || !function["name"u8].IsString || !function["arguments"u8].IsString)
                throw members.Invalid(at + ".tool_calls", $"Each entry of '{at}.tool_calls' needs 'id', 'function.name' and 'function.arguments', all strings.", "invalid_type");
            _unanswered.Add(id.Text());
            tokens.AddText(function["name"u8]);
            tokens.AddText(function["arguments"u8]);
        }
    }

    private string Content(JsonSlice content, string at, bool required, ref PromptTokens tokens)
    {
        if (content.IsAbsent) return required ? throw members.Invalid(at + ".content", $"'{at}.content' is required.", "missing_required_parameter") : "";
        if (content.IsString) return tokens.AddText(content);
        if (!content.IsArray) throw members.Invalid(at + ".content", $"'{at}.content' must be a string or an array of parts.", "invalid_type");
        var text = "";
        var parts = content.Items();
        if (parts.Count == 0 && required) throw members.Invalid(at + ".content", $"'{at}.content' must not be an empty array.", "empty_array");
        for (var i = 0; i < parts.Count; i++) text = Part(parts[i], $"{at}.content[{i}]", text, ref tokens);
        return text;
    }

    private string Part(JsonSlice part, string at, string text, ref PromptTokens tokens)
    {
        var type = part["type"u8];
        if (!type.IsString) throw members.Invalid(at, $"'{at}' must be an object with a 'type'.", "invalid_type");
        switch (type.Text())
        {
            case "text":
            case "refusal":
                var value = type.TextEquals("text"u8) ? part["text"u8] : part["refusal"u8];
                if (!value.IsString) throw members.Invalid(at + ".text", $"'{at}.text' is required and must be a string.", "missing_required_parameter");
                var more = tokens.AddText(value);
                return text.Length == 0 ? more : text.Length > PromptTokens.KeptMax ? text : text + "\n" + more;
            case "image_url":
                var image = part["image_url"u8];
                if (!image["url"u8].IsString) throw members.Invalid(at + ".image_url.url", $"'{at}.image_url.url' is required and must be a string.", "missing_required_parameter");
                tokens.Add(image["detail"u8].TextEquals("low"u8) ? PromptTokens.PerLowImage : PromptTokens.PerImage);
                request.Images++;
                return text;
            case "file":
            case "input_audio":
                tokens.Add(PromptTokens.PerImage);
                return text;
            default:
                throw members.Invalid(at + ".type", $"'{at}.type' must be one of text, image_url, file, input_audio.");
        }
    }

    private SandboxProblem Unanswered(string at)
        => members.Invalid(at, "An assistant message with 'tool_calls' must be followed by a 'tool' message for each of its calls.");
}
