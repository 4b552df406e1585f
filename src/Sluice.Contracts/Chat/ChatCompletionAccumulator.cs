using System.Text;
using Sluice.Contracts.Errors;

namespace Sluice.Contracts.Chat;

/// <summary>How a streamed answer stands or ended.</summary>
public enum ChatStreamState
{
    /// <summary>No proper end has come yet. If the stream is over, it was cut.</summary>
    Open,

    /// <summary>Every choice has a finish reason and the end marker came.</summary>
    Complete,

    /// <summary>The vendor broke off with a finish reason that is a failure; see <see cref="FinishReasons.IsFailure"/>.</summary>
    Aborted,

    /// <summary>The vendor sent an error inside the stream.</summary>
    Failed,
}

/// <summary>
/// Puts the chunks of a streamed chat completion together: text and reasoning are appended, tool calls are kept by index with their arguments joined as text,
/// and of several usages the last one counts. Not for use from several threads at once.
/// </summary>
/// <param name="maxCharacters">Most characters of text, reasoning and arguments to hold, at least 1.</param>
public sealed class ChatCompletionAccumulator(int maxCharacters = ChatCompletionAccumulator.DefaultMaxCharacters)
{
    /// <summary>16 Mi characters, several times the longest answer of today's models.</summary>
    public const int DefaultMaxCharacters = 16 * 1024 * 1024;

    /// <summary>The vendors' own bounds: choices a request, and tools a request.</summary>
    private const int MaxIndex = 127;

    private readonly int _maxCharacters = maxCharacters > 0 ? maxCharacters : throw new ArgumentOutOfRangeException(nameof(maxCharacters));
    private readonly SortedDictionary<int, Choice> _choices = [];
    private string? _id, _model, _fingerprint, _serviceTier;
    private long _created;
    private TokenUsage? _usage;
    private long _characters;
    private bool _done;

    /// <summary>The error that came inside the stream, or <see langword="null"/>.</summary>
    public ErrorObject? Error { get; private set; }

    /// <summary>How the answer stands.</summary>
    public ChatStreamState State
    {
        get
        {
            if (Error is not null) return ChatStreamState.Failed;
            if (_choices.Values.Any(choice => FinishReasons.IsFailure(choice.FinishReason))) return ChatStreamState.Aborted;
            return _done && _choices.Count > 0 && _choices.Values.All(choice => choice.FinishReason is not null) ? ChatStreamState.Complete : ChatStreamState.Open;
        }
    }

    /// <summary>Takes the next chunk.</summary>
    /// <exception cref="InvalidDataException">The answer is longer than allowed, or names a choice or call beyond 127.</exception>
    public void Add(ChatCompletionChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        if (chunk.Error is { } error)
        {
            Error = error;
            return;
        }

        _id ??= chunk.Id;
        _model ??= chunk.Model;
        _fingerprint = chunk.SystemFingerprint ?? _fingerprint;
        _serviceTier = chunk.ServiceTier ?? _serviceTier;
        if (_created == 0) _created = chunk.Created ?? 0;
        _usage = chunk.Usage ?? _usage;
        foreach (var part in chunk.Choices) Add(part);
    }

    /// <summary>The end marker came.</summary>
    public void AddDone() => _done = true;

    /// <summary>The answer so far, in the form it would have had without streaming.</summary>
    public ChatCompletion ToCompletion() => new()
    {
        Id = _id,
        Object = ChatCompletion.ObjectName,
        Created = _created,
        Model = _model,
        Choices = [.. _choices.Select(pair => pair.Value.Finish(pair.Key))],
        Usage = _usage,
        ServiceTier = _serviceTier,
        SystemFingerprint = _fingerprint,
    };

    private void Add(ChatChunkChoice part)
    {
        CheckIndex(part.Index);
        if (!_choices.TryGetValue(part.Index, out var choice)) _choices.Add(part.Index, choice = new Choice());
        var delta = part.Delta;
        choice.Role ??= delta.Role;
        Append(ref choice.Content, delta.Content);
        Append(ref choice.Reasoning, delta.ReasoningContent);
        Append(ref choice.Refusal, delta.Refusal);
        foreach (var piece in delta.ToolCalls ?? [])
        {
            CheckIndex(piece.Index);
            if (!choice.Calls.TryGetValue(piece.Index, out var call)) choice.Calls.Add(piece.Index, call = new Call());
            call.Id ??= piece.Id;
            call.Type ??= piece.Type;
            call.Name ??= piece.Function?.Name;
            Append(ref call.Arguments, piece.Function?.Arguments);
        }

        if (part.Logprobs is { } logprobs)
        {
            choice.HasLogprobs = true;
            choice.Logprobs.AddRange(logprobs.Content ?? []);
            choice.ReasoningLogprobs.AddRange(logprobs.ReasoningContent ?? []);
        }

        // Some vendors send an empty text where others send null.
        if (!string.IsNullOrEmpty(part.FinishReason)) choice.FinishReason = part.FinishReason;
    }

    private void Append(ref StringBuilder? text, string? more)
    {
        if (more is null) return;
        _characters += more.Length;
        if (_characters > _maxCharacters) throw new InvalidDataException($"The streamed answer is longer than {_maxCharacters} characters.");
        (text ??= new StringBuilder()).Append(more);
    }

    private static void CheckIndex(int index)
    {
        if (index is < 0 or > MaxIndex) throw new InvalidDataException($"The streamed answer has an index of {index}; 0 to {MaxIndex} are allowed.");
    }

    private sealed class Call
    {
        public string? Id, Type, Name;
        public StringBuilder? Arguments;
    }

    private sealed class Choice
    {
        public string? Role, FinishReason;
        public StringBuilder? Content, Reasoning, Refusal;
        public bool HasLogprobs;
        public readonly List<TokenLogprob> Logprobs = [], ReasoningLogprobs = [];
        public readonly SortedDictionary<int, Call> Calls = [];

        public ChatChoice Finish(int index)
        {
            var message = new AssistantMessage
            {
                Role = Role ?? ChatRoles.Assistant,
                Content = Content?.ToString(),
                ToolCalls = Calls.Count == 0 ? null :
                [
                    .. Calls.Select(pair => new ToolCall
                    {
                        Index = pair.Key,
                        Id = pair.Value.Id,
                        Type = pair.Value.Type ?? "function",
                        Function = new FunctionCall { Name = pair.Value.Name, Arguments = pair.Value.Arguments?.ToString() ?? "" },
                    }),
                ],
            };
            if (Reasoning is not null) message = message with { ReasoningContent = Reasoning.ToString() };
            if (Refusal is not null) message = message with { Refusal = Refusal.ToString() };
            return new ChatChoice
            {
                Index = index,
                Message = message,
                Logprobs = HasLogprobs
                    ? new ChatLogprobs { Content = Logprobs, ReasoningContent = ReasoningLogprobs.Count == 0 ? null : ReasoningLogprobs }
                    : null,
                FinishReason = FinishReason,
            };
        }
    }
}
