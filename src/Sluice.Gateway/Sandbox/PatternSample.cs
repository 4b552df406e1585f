using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// Writes a text that a regular expression should match: first alternatives, fewest repetitions. It knows literals, classes, groups,
/// alternatives, quantifiers and anchors; for anything else it gives up. Whoever uses the text checks it against the expression.
/// </summary>
internal ref struct PatternSample
{
    private const int LengthMax = 4096;

    private readonly ReadOnlySpan<char> _pattern;
    private int _at;
    private bool _gaveUp;

    private PatternSample(ReadOnlySpan<char> pattern) => _pattern = pattern;

    /// <param name="lengthWanted">Open-ended repetitions are drawn out until the text has this many characters.</param>
    public static string? Of(string pattern, int lengthWanted)
    {
        for (var least = 0; ; least = least == 0 ? lengthWanted : least + lengthWanted)
        {
            var sample = new PatternSample(pattern);
            var text = new StringBuilder();
            sample.Alternatives(text, least, depth: 0);
            if (sample._gaveUp || sample._at < pattern.Length) return null;
            if (text.Length >= lengthWanted || least >= lengthWanted) return text.ToString();
        }
    }

    private void Alternatives(StringBuilder to, int least, int depth)
    {
        if (depth > 32)
        {
            _gaveUp = true;
            return;
        }

        Sequence(to, least, depth);
        var spare = new StringBuilder();
        while (!_gaveUp && _at < _pattern.Length && _pattern[_at] == '|')
        {
            _at++;
            Sequence(spare, 0, depth);
        }
    }

    private void Sequence(StringBuilder to, int least, int depth)
    {
        while (!_gaveUp && _at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            var atom = new StringBuilder();
            Atom(atom, depth);
            var times = Quantifier(least);
            if ((long)to.Length + (long)atom.Length * times > LengthMax) _gaveUp = true;
            else to.Insert(to.Length, atom.ToString(), times);
        }
    }

    private void Atom(StringBuilder to, int depth)
    {
        var c = _pattern[_at++];
        switch (c)
        {
            case '^' or '$':
                break;
            case '.':
                to.Append('a');
                break;
            case '(':
                if (_at + 1 < _pattern.Length && _pattern[_at] == '?')
                {
                    if (_pattern[_at + 1] != ':')
                    {
                        _gaveUp = true;
                        return;
                    }

                    _at += 2;
                }

                Alternatives(to, 0, depth + 1);
                if (_at < _pattern.Length && _pattern[_at] == ')') _at++;
                else _gaveUp = true;
                break;
            case '[':
                Class(to);
                break;
            case '\\':
                to.Append(Escape());
                break;
            case '*' or '+' or '?':
                _gaveUp = true;
                break;
            default:
                to.Append(c);
                break;
        }
    }

    private void Class(StringBuilder to)
    {
        var negated = _at < _pattern.Length && _pattern[_at] == '^';
        if (negated) _at++;
        var members = new List<(char From, char To)>();
        while (_at < _pattern.Length && (_pattern[_at] != ']' || members.Count == 0))
        {
            var c = _pattern[_at++];
            var from = c == '\\' ? Escape() : c;
            var to2 = from;
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                var end = _pattern[_at++];
                to2 = end == '\\' ? Escape() : end;
            }

            members.Add((from, to2));
        }

        if (_at >= _pattern.Length || members.Count == 0)
        {
            _gaveUp = true;
            return;
        }

        _at++;
        if (!negated)
        {
            to.Append(members[0].From);
            return;
        }

        foreach (var candidate in "aA0_-. ~")
        {
            if (members.Exists(m => candidate >= m.From && candidate <= m.To)) continue;
            to.Append(candidate);
            return;
        }

        _gaveUp = true;
    }

    private char Escape()
    {
        if (_at >= _pattern.Length)
        {
            _gaveUp = true;
            return ' ';
        }

        var c = _pattern[_at++];
        switch (c)
        {
            case 'd': return '1';
            case 'w': return 'a';
            case 's': return ' ';
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'D' or 'S': return 'a';
            case 'W': return ' ';
            default:
                // Back references, boundaries and categories.
                if (char.IsLetterOrDigit(c)) _gaveUp = true;
                return c;
        }
    }

    private int Quantifier(int least)
    {
        var times = 1;
        if (_at >= _pattern.Length) return times;
        switch (_pattern[_at])
        {
            case '*': _at++; times = least; break;
            case '+': _at++; times = Math.Max(1, least); break;
            case '?': _at++; times = 0; break;
            case '{':
                var end = _pattern[_at..].IndexOf('}');
                var comma = end < 0 ? -1 : _pattern.Slice(_at, end).IndexOf(',');
                var digits = end < 0 ? default : _pattern.Slice(_at + 1, (comma < 0 ? end : comma) - 1);
                if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out times) || times > LengthMax)
                {
                    _gaveUp = true;
                    return 0;
                }

                if (comma >= 0)
                {
                    var most = int.TryParse(_pattern.Slice(_at + comma + 1, end - comma - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var m) ? m : LengthMax;
                    times = Math.Max(times, Math.Min(most, least));
                }

                _at += end + 1;
                break;
        }

        // A lazy quantifier asks for the same.
        if (_at < _pattern.Length && _pattern[_at] == '?' && _pattern[_at - 1] is '*' or '+' or '?' or '}') _at++;
        return times;
    }
}
