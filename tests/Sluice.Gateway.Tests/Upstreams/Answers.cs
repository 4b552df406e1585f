using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams;

/// <param name="Bytes">As sent, in Latin-1.</param>
/// <param name="Status">0 where the head itself is refused.</param>
/// <param name="Body">What the reader must get; of failing answers, what it must get at most.</param>
/// <param name="Failure">None where the answer is good.</param>
/// <param name="Reusable"><see langword="null"/> where it depends on what has arrived by then.</param>
internal sealed record Answer(string Bytes, int Status, string Body, UpstreamFailure Failure = UpstreamFailure.None, bool? Reusable = true);

/// <summary>Answers, good and bad, that the HTTP/1.1 client must judge the same way however the network cuts them.</summary>
internal static class Answers
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";
    private const string Chunked = Ok + "Transfer-Encoding: chunked\r\n\r\n";

    private static Answer BadHead(string bytes, UpstreamFailure failure = UpstreamFailure.Protocol) => new(bytes, 0, "", failure, false);

    private static Answer BadBody(string bytes, string body, UpstreamFailure failure = UpstreamFailure.Protocol) => new(bytes, 200, body, failure, false);

    public static readonly IReadOnlyDictionary<string, Answer> All = new Dictionary<string, Answer>
    {
        ["length"] = new(Ok + "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"id\":\"abcd\"}", 200, "{\"id\":\"abcd\"}"),
        ["length zero"] = new(Ok + "Content-Length: 0\r\n\r\n", 200, ""),
        ["length twice the same"] = new(Ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        ["length with leading zeros"] = new(Ok + "Content-Length: 0002\r\n\r\nok", 200, "ok"),
        ["no reason phrase"] = new("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        ["empty reason phrase"] = new("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        ["header names in any case, values trimmed"] = new(Ok + "cOnTeNt-LeNgTh:\t 2 \t\r\n\r\nok", 200, "ok"),
        ["empty header value"] = new(Ok + "X-Empty:\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        ["Latin-1 in an unimportant header"] = new(Ok + "X-Name: caf\u00e9\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        ["identity encoding"] = new(Ok + "Content-Encoding: identity\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        ["chunked"] = new(Chunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", 200, "hello world"),
        ["chunked, one byte a chunk"] = new(Chunked + "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n", 200, "abc"),
        ["chunked, nothing"] = new(Chunked + "0\r\n\r\n", 200, ""),
        ["chunked, hexadecimal in both cases"] = new(Chunked + "a\r\n0123456789\r\nA\r\n0123456789\r\n000f\r\n0123456789abcde\r\n0\r\n\r\n", 200, "012345678901234567890123456789abcde"),
        ["chunked, extensions"] = new(Chunked + "5;a=b\r\nhello\r\n1 ;c=\"d;e\"\r\n!\r\n0;last\r\n\r\n", 200, "hello!"),
        ["chunked, trailers"] = new(Chunked + "2\r\nok\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n", 200, "ok"),
        ["chunked, data that looks like framing"] = new(Chunked + "7\r\n0\r\n\r\nHT\r\n0\r\n\r\n", 200, "0\r\n\r\nHT"),
        ["chunked, coding name in capitals"] = new(Ok + "transfer-encoding: CHUNKED\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, "ok"),
        ["until close"] = new(Ok + "Content-Type: text/plain\r\n\r\nall there is", 200, "all there is", UpstreamFailure.None, false),
        ["until close, nothing"] = new(Ok + "\r\n", 200, "", UpstreamFailure.None, false),
        ["HTTP/1.0"] = new("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", UpstreamFailure.None, false),
        ["HTTP/1.0 until close"] = new("HTTP/1.0 200 OK\r\n\r\nold", 200, "old", UpstreamFailure.None, false),
        ["connection: close"] = new(Ok + "Connection: close\r\nContent-Length: 2\r\n\r\nok", 200, "ok", UpstreamFailure.None, false),
        ["204"] = new("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ["304 with a length"] = new("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, ""),
        ["redirect"] = new("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", 302, ""),
        ["error status"] = new("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy", 503, "busy"),
        ["100 in front"] = new("HTTP/1.1 100 Continue\r\n\r\n" + Ok + "Content-Length: 2\r\n\r\nok", 200, "ok"),
        ["103 with headers in front, twice"] = new("HTTP/1.1 103 Early\r\nLink: </a>\r\nContent-Length: 9\r\n\r\nHTTP/1.1 103 Early\r\n\r\n" + Ok + "Content-Length: 2\r\n\r\nok", 200, "ok"),
        ["surplus after length"] = new(Ok + "Content-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n", 200, "ok", UpstreamFailure.None, null),
        ["surplus after chunks"] = new(Chunked + "2\r\nok\r\n0\r\n\r\nHTTP/1.1 500 No\r\n\r\n", 200, "ok", UpstreamFailure.None, null),

        ["nothing at all"] = BadHead("", UpstreamFailure.Truncated),
        ["head cut off"] = BadHead(Ok + "Content-Length: 2\r\n", UpstreamFailure.Truncated),
        ["only 100"] = BadHead("HTTP/1.1 100 Continue\r\n\r\n", UpstreamFailure.Truncated),
        ["length too long"] = BadBody(Ok + "Content-Length: 10\r\n\r\nshort", "short", UpstreamFailure.Truncated),
        ["chunked without its end"] = BadBody(Chunked + "5\r\nhello\r\n", "hello", UpstreamFailure.Truncated),
        ["chunked, cut in a chunk"] = BadBody(Chunked + "ff\r\nhello", "hello", UpstreamFailure.Truncated),
        ["chunked, cut in the trailers"] = BadBody(Chunked + "5\r\nhello\r\n0\r\nX-", "hello", UpstreamFailure.Truncated),

        ["another protocol"] = BadHead("SSH-2.0-OpenSSH_9.2\r\n"),
        ["another protocol without a line end"] = BadHead("\u0015\u0003\u0001\u0000\u0002\u0002\u0050"),
        ["HTTP/2 preface"] = BadHead("HTTP/2 200\r\n\r\n"),
        ["HTTP/1.2"] = BadHead("HTTP/1.2 200 OK\r\n\r\n"),
        ["lower-case protocol"] = BadHead("http/1.1 200 OK\r\n\r\n"),
        ["empty line in front"] = BadHead("\r\n" + Ok + "\r\n"),
        ["status of two digits"] = BadHead("HTTP/1.1 20 OK\r\n\r\n"),
        ["status of four digits"] = BadHead("HTTP/1.1 2000 OK\r\n\r\n"),
        ["status with a sign"] = BadHead("HTTP/1.1 +20 OK\r\n\r\n"),
        ["status 099"] = BadHead("HTTP/1.1 099 No\r\n\r\n"),
        ["status 600"] = BadHead("HTTP/1.1 600 No\r\n\r\n"),
        ["two spaces before the status"] = BadHead("HTTP/1.1  200 OK\r\n\r\n"),
        ["NUL in the reason"] = BadHead("HTTP/1.1 200 O\0K\r\n\r\n"),
        ["bare LF after the status line"] = BadHead("HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok"),
        ["bare LF after a header"] = BadHead(Ok + "Content-Length: 2\n\r\nok"),
        ["bare LF as the end"] = BadHead(Ok + "Content-Length: 2\r\n\nok"),
        ["bare CR in a header"] = BadHead(Ok + "X-A: b\rContent-Length: 5\r\nContent-Length: 2\r\n\r\nok"),
        ["folded header"] = BadHead(Ok + "X-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok"),
        ["folded header by tab"] = BadHead(Ok + "X-A: b\r\n\tContent-Length: 5\r\n\r\nok"),
        ["space before the colon"] = BadHead(Ok + "Content-Length : 2\r\n\r\nok"),
        ["no colon"] = BadHead(Ok + "Content-Length 2\r\n\r\nok"),
        ["empty name"] = BadHead(Ok + ": 2\r\n\r\nok"),
        ["NUL in a name"] = BadHead(Ok + "X-\0: 2\r\n\r\nok"),
        ["NUL in a value"] = BadHead(Ok + "X-A: \0\r\n\r\nok"),
        ["parenthesis in a name"] = BadHead(Ok + "X(A): 1\r\n\r\nok"),
        ["two lengths"] = BadHead(Ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!"),
        ["a list of lengths"] = BadHead(Ok + "Content-Length: 2, 2\r\n\r\nok"),
        ["length with a plus"] = BadHead(Ok + "Content-Length: +2\r\n\r\nok"),
        ["length with a minus"] = BadHead(Ok + "Content-Length: -2\r\n\r\nok"),
        ["length in hexadecimal"] = BadHead(Ok + "Content-Length: 0x2\r\n\r\nok"),
        ["empty length"] = BadHead(Ok + "Content-Length:\r\n\r\nok"),
        ["length beyond 18 digits"] = BadHead(Ok + "Content-Length: 9999999999999999999\r\n\r\nok"),
        ["length and chunked"] = BadHead(Ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        ["chunked and length"] = BadHead(Ok + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        ["chunked twice"] = BadHead(Ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ["gzip, chunked"] = BadHead(Ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ["xchunked"] = BadHead(Ok + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ["empty transfer coding"] = BadHead(Ok + "Transfer-Encoding:\r\n\r\n0\r\n\r\n"),
        ["chunked in HTTP/1.0"] = BadHead("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ["gzip"] = BadHead(Ok + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"),
        ["101"] = BadHead("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"),
        ["nine times 100"] = BadHead(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 9)) + Ok + "\r\n"),
        ["129 headers"] = BadHead(Ok + string.Concat(Enumerable.Repeat("A: 1\r\n", 129)) + "\r\n", UpstreamFailure.TooLarge),

        ["chunk size missing"] = BadBody(Chunked + "\r\nok\r\n0\r\n\r\n", ""),
        ["chunk size not hexadecimal"] = BadBody(Chunked + "g\r\nok\r\n0\r\n\r\n", ""),
        ["chunk size with 0x"] = BadBody(Chunked + "0x2\r\nok\r\n0\r\n\r\n", ""),
        ["chunk size negative"] = BadBody(Chunked + "-2\r\nok\r\n0\r\n\r\n", ""),
        ["chunk size of 16 digits"] = BadBody(Chunked + "0000000000000002\r\nok\r\n0\r\n\r\n", ""),
        ["chunk size with a space in it"] = BadBody(Chunked + "2 2\r\nok\r\n0\r\n\r\n", ""),
        ["chunk size with a space after it"] = BadBody(Chunked + "2 \r\nok\r\n0\r\n\r\n", ""),
        ["bare LF after a chunk size"] = BadBody(Chunked + "2\nok\r\n0\r\n\r\n", ""),
        ["bare CR after a chunk size"] = BadBody(Chunked + "2\rok\r\n0\r\n\r\n", ""),
        ["bare LF in an extension"] = BadBody(Chunked + "2;a\nok\r\n0\r\n\r\n", ""),
        ["bare LF after a chunk"] = BadBody(Chunked + "2\r\nok\n0\r\n\r\n", "ok"),
        ["chunk longer than its size"] = BadBody(Chunked + "2\r\nokay\r\n0\r\n\r\n", "ok"),
        ["bare LF as the end of the trailers"] = BadBody(Chunked + "2\r\nok\r\n0\r\n\n", "ok"),
        ["bare LF in the trailers"] = BadBody(Chunked + "2\r\nok\r\n0\r\nX: 1\n\r\n", "ok"),
        ["NUL in the trailers"] = BadBody(Chunked + "2\r\nok\r\n0\r\nX: \0\r\n\r\n", "ok"),
    };
}
