using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Sluice.Contracts.Errors;

namespace Sluice.Gateway.Requests;

/// <summary>
/// Reads a request body once, front to back, without building anything: checks that it is JSON that every parser reads alike (valid UTF-8, no
/// duplicate members, bounded depth and size), checks the members an endpoint knows, and notes where the few that matter lie.
/// </summary>
public static class RequestReader
{
    public const int DepthMax = 64;
    /// <summary>Objects, arrays and members; numbers and strings in arrays do not count.</summary>
    public const int ElementsMax = 200_000;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = DepthMax, CommentHandling = JsonCommentHandling.Disallow };
    // A caller who could choose names that collide could have good bodies refused; the seed is this process's secret.
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    [ThreadStatic]
    private static HashSet<ulong>? t_names;

    /// <summary>Fills <paramref name="facts"/>, or says why the body is refused.</summary>
    public static Refusal? Read(ReadOnlySpan<byte> body, ModelEndpoint endpoint, out RequestFacts facts)
    {
        facts = new RequestFacts { Choices = 1, Model = "" };
        if (body.IsEmpty) return new(ErrorCodes.InvalidJson, "The body is empty; send a JSON object.");
        if (body.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return new(ErrorCodes.InvalidJson, "It starts with a byte order mark; send plain UTF-8.");
        if (!Utf8.IsValid(body)) return new(ErrorCodes.InvalidJson, "It is not valid UTF-8.");

        var names = t_names ??= [];
        try
        {
            var walk = new Walk(body, endpoint, names);
            return walk.Run(ref facts);
        }
        catch (JsonException e)
        {
            return e.Message.Contains("depth", StringComparison.Ordinal)
                ? new(ErrorCodes.JsonTooDeep)
                : new(ErrorCodes.InvalidJson, string.Create(CultureInfo.InvariantCulture, $"Look at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}."));
        }
        finally
        {
            if (names.Count > 4096) t_names = null;
            else names.Clear();
        }
    }

    private ref struct Walk
    {
        private readonly ReadOnlySpan<byte> _body;
        private readonly ModelEndpoint _endpoint;
        private readonly HashSet<ulong> _names;
        private Utf8JsonReader _reader;
        private ulong _seen;
        private int _elements;
        private long _objects;
        private bool _streamOptionsGiven;

        public Walk(ReadOnlySpan<byte> body, ModelEndpoint endpoint, HashSet<ulong> names)
        {
            _body = body;
            _endpoint = endpoint;
            _names = names;
            _reader = new Utf8JsonReader(body, Options);
        }

        public Refusal? Run(ref RequestFacts facts)
        {
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.StartObject) return new(ErrorCodes.InvalidJson, "The body must be a JSON object.");
            facts.FirstMember = (int)_reader.BytesConsumed;

            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                if (NoteName(0, anyCase: true) is { } duplicate) return duplicate;
                var rule = FindRule();
                if (rule < 0 && RoutingMembers.Refuse(_reader) is { } routing) return routing;
                _reader.Read();
                var refusal = rule < 0 ? Skip() : Member(rule, ref facts);
                if (refusal is not null) return refusal;
            }

            // What follows the object must be nothing but white space.
            while (_reader.Read())
            {
            }

            return Complete(ref facts);
        }

        private readonly Refusal? Complete(ref RequestFacts facts)
        {
            for (var i = 0; i < _endpoint.Members.Length; i++)
            {
                var rule = _endpoint.Members[i];
                if (rule.Required && (_seen & (1UL << i)) == 0)
                    return new(ErrorCodes.MissingParameter, $"Send '{rule.Name}': {rule.Expected}.", rule.Name);
            }

            if (_streamOptionsGiven && !facts.Stream)
                return new(ErrorCodes.InvalidValue, "'stream_options' is only allowed with \"stream\": true.", "stream_options");
            return null;
        }

        private readonly int FindRule()
        {
            var rules = _endpoint.Members;
            var length = _reader.ValueSpan.Length;
            for (var i = 0; i < rules.Length; i++)
            {
                if (rules[i].Utf8.Length == length ? _reader.ValueTextEquals(rules[i].Utf8) : _reader.ValueIsEscaped && _reader.ValueTextEquals(rules[i].Utf8))
                    return i;
            }

            return -1;
        }

        private Refusal? Member(int index, ref RequestFacts facts)
        {
            var rule = _endpoint.Members[index];
            var token = _reader.TokenType;
            var start = (int)_reader.TokenStartIndex;
            if (token == JsonTokenType.Null)
            {
                if (rule.Required) return WrongType(rule);
                if (rule.Role == MemberRole.StreamOptions) facts.StreamOptionsNull = new(start, 4);
                return null;
            }

            if (!Matches(rule.Kinds, token)) return WrongType(rule);
            _seen |= 1UL << index;
            if (CheckValue(rule) is { } bad) return bad;

            switch (rule.Role)
            {
                case MemberRole.Model:
                    facts.ModelToken = new(start, (int)_reader.BytesConsumed - start);
                    return ReadModel(rule, ref facts);
                case MemberRole.Stream:
                    facts.Stream = token == JsonTokenType.True;
                    if (facts.Stream && !_endpoint.CanStream) return new(ErrorCodes.UnsupportedParameter, $"{_endpoint.Name} cannot stream.", rule.Name);
                    return null;
                case MemberRole.Choices:
                    facts.Choices = (int)_reader.GetDouble();
                    return null;
                case MemberRole.MaxTokens:
                    facts.MaxTokens = Math.Max(facts.MaxTokens, (long)_reader.GetDouble());
                    return null;
                case MemberRole.StreamOptions:
                    _streamOptionsGiven = true;
                    return StreamOptions(start, ref facts);
                case MemberRole.Messages:
                    return Messages();
                default:
                    return Skip();
            }
        }

        private readonly Refusal? CheckValue(MemberRule rule)
        {
            if (_reader.TokenType == JsonTokenType.Number)
            {
                // 1e400 reads as infinity: it would pass here and fail at the upstream.
                if (!_reader.TryGetDouble(out var number) || !double.IsFinite(number)) return WrongValue(rule);
                if (rule.Whole && number != Math.Floor(number)) return WrongValue(rule);
                if (number < rule.Min || number > rule.Max) return WrongValue(rule);
            }
            else if (rule.Allowed is not null && _reader.TokenType == JsonTokenType.String)
            {
                foreach (var allowed in rule.Allowed)
                    if (_reader.ValueTextEquals(allowed)) return null;
                return WrongValue(rule);
            }

            return null;
        }

        private readonly Refusal? ReadModel(MemberRule rule, ref RequestFacts facts)
        {
            if (BadText() is { } bad) return bad;
            if (_reader.ValueSpan.Length == 0) return new(ErrorCodes.InvalidValue, "'model' is empty; name a model that GET /v1/models lists.", rule.Name);
            if (_reader.ValueSpan.Length > 6 * RequestFacts.ModelNameMax)
                return new(ErrorCodes.ModelNotFound, $"A model's name has at most {RequestFacts.ModelNameMax} characters.", rule.Name);
            var model = _reader.GetString()!;
            if (model.Length > RequestFacts.ModelNameMax)
                return new(ErrorCodes.ModelNotFound, $"A model's name has at most {RequestFacts.ModelNameMax} characters.", rule.Name);
            foreach (var c in model)
            {
                if (char.IsControl(c)) return new(ErrorCodes.InvalidValue, "'model' holds a control character.", rule.Name);
            }

            facts.Model = model;
            return null;
        }

        private Refusal? StreamOptions(int start, ref RequestFacts facts)
        {
            var self = ++_objects;
            _elements++;
            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                if (NoteName(self, anyCase: false) is { } duplicate) return duplicate;
                var isUsage = _reader.ValueTextEquals("include_usage"u8);
                _reader.Read();
                if (!isUsage)
                {
                    if (Skip() is { } refusal) return refusal;
                    continue;
                }

                if (_reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
                    return new(ErrorCodes.InvalidType, "'stream_options.include_usage' must be true or false.", "stream_options.include_usage");
                facts.IncludeUsage = _reader.TokenType == JsonTokenType.True;
                facts.IncludeUsageToken = new((int)_reader.TokenStartIndex, (int)(_reader.BytesConsumed - _reader.TokenStartIndex));
            }

            facts.StreamOptions = new(start, (int)_reader.BytesConsumed - start);
            return null;
        }

        private Refusal? Messages()
        {
            _elements++;
            var count = 0;
            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                if (_reader.TokenType != JsonTokenType.StartObject)
                    return new(ErrorCodes.InvalidType, "Each message must be an object with 'role' and 'content'.", Invariant($"messages[{count}]"));
                if (Message(count) is { } refusal) return refusal;
                count++;
            }

            return count == 0 ? new(ErrorCodes.InvalidValue, "'messages' is empty; send at least one message.", "messages") : null;
        }

        private Refusal? Message(int index)
        {
            var self = ++_objects;
            if (++_elements > ElementsMax) return new(ErrorCodes.JsonTooComplex, $"At most {ElementsMax} are allowed.");
            var hasRole = false;
            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                if (NoteName(self, anyCase: false) is { } duplicate) return duplicate;
                var isRole = _reader.ValueTextEquals("role"u8);
                var isContent = !isRole && _reader.ValueTextEquals("content"u8);
                _reader.Read();
                if (isRole)
                {
                    if (_reader.TokenType != JsonTokenType.String)
                        return new(ErrorCodes.InvalidType, "'role' must be a string, such as 'user'.", Invariant($"messages[{index}].role"));
                    hasRole = true;
                }
                else if (isContent && _reader.TokenType is not (JsonTokenType.String or JsonTokenType.StartArray or JsonTokenType.Null))
                {
                    return new(ErrorCodes.InvalidType, "'content' must be a string or an array of parts.", Invariant($"messages[{index}].content"));
                }

                if (Skip() is { } refusal) return refusal;
            }

            return hasRole ? null : new(ErrorCodes.MissingParameter, "Each message needs a 'role'.", Invariant($"messages[{index}].role"));
        }

        /// <summary>Steps over a value, however deep, with the checks that hold everywhere.</summary>
        private Refusal? Skip()
        {
            if (_reader.TokenType == JsonTokenType.String) return BadText();
            if (_reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return null;

            // The serial number of the object that each level belongs to; arrays keep a slot so that depth and index agree.
            Span<long> open = stackalloc long[DepthMax + 2];
            var level = 0;
            open[0] = ++_objects;
            _elements++;
            var depth = _reader.CurrentDepth;
            while (_reader.Read())
            {
                switch (_reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        if (NoteName(open[level], anyCase: false) is { } duplicate) return duplicate;
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open[++level] = ++_objects;
                        if (++_elements > ElementsMax) return new(ErrorCodes.JsonTooComplex, $"At most {ElementsMax} are allowed.");
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        if (_reader.CurrentDepth == depth) return null;
                        level--;
                        break;
                    case JsonTokenType.String:
                        if (BadText() is { } bad) return bad;
                        break;
                }
            }

            return null;
        }

        /// <summary>Refuses a name that the same object had already. At the top level case variants count as the same: parsers differ on them.</summary>
        private Refusal? NoteName(long owner, bool anyCase)
        {
            if (++_elements > ElementsMax) return new(ErrorCodes.JsonTooComplex, $"At most {ElementsMax} are allowed.");
            var name = _reader.ValueSpan;
            if (_reader.ValueIsEscaped || anyCase)
            {
                if (BadText() is { } bad) return bad;
                if (name.Length > 1024) return new(ErrorCodes.InvalidJson, "A member's name is longer than 1,024 bytes.");
                Span<byte> plain = stackalloc byte[1024];
                var length = _reader.CopyString(plain);
                plain = plain[..length];
                if (anyCase) Ascii.ToLowerInPlace(plain, out _);
                return Note(plain, owner);
            }

            return Note(name, owner);
        }

        private readonly Refusal? Note(scoped ReadOnlySpan<byte> name, long owner)
            => _names.Add(XxHash3.HashToUInt64(name, Seed + owner))
                ? null
                : new(ErrorCodes.DuplicateMember, "Parsers differ on which one counts.", Encoding.UTF8.GetString(name.Length > 64 ? name[..64] : name));

        private readonly Refusal? BadText() => _reader.ValueIsEscaped && EscapedText.HasLoneSurrogate(_reader.ValueSpan)
            ? new(ErrorCodes.InvalidJson, "A string holds half a surrogate pair (\\uD800–\\uDFFF).")
            : null;

        private static bool Matches(JsonKinds kinds, JsonTokenType token) => token switch
        {
            JsonTokenType.String => kinds.HasFlag(JsonKinds.String),
            JsonTokenType.Number => kinds.HasFlag(JsonKinds.Number),
            JsonTokenType.True or JsonTokenType.False => kinds.HasFlag(JsonKinds.Boolean),
            JsonTokenType.StartArray => kinds.HasFlag(JsonKinds.Array),
            JsonTokenType.StartObject => kinds.HasFlag(JsonKinds.Object),
            _ => false,
        };

        private static Refusal WrongType(MemberRule rule) => new(ErrorCodes.InvalidType, $"'{rule.Name}' must be {rule.Expected}.", rule.Name);

        private static Refusal WrongValue(MemberRule rule) => new(ErrorCodes.InvalidValue, $"'{rule.Name}' must be {rule.Expected}.", rule.Name);

        private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
    }
}
