using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Contracts.Errors;

namespace Sluice.Gateway.Requests;

/// <summary>The bytes of a request body, read once into pooled memory. Give them back with <see cref="Return"/>.</summary>
public struct RequestBody
{
    // An announced length is only a promise: more than this is taken as it comes.
    private const int RentedAtFirstMax = 64 * 1024;

    private byte[]? _rented;

    public int Length { get; private set; }

    public readonly ReadOnlyMemory<byte> Memory => _rented.AsMemory(0, Length);

    /// <summary>Safe to call twice.</summary>
    public void Return()
    {
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
        Length = 0;
    }

    /// <summary>Reads the whole body, at most <paramref name="max"/> bytes; a longer announced one is refused before a byte of it is read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<(RequestBody Body, Refusal? Refusal)> ReadAsync(HttpRequest request, long max)
    {
        if (request.ContentLength > max) return (default, TooLarge(max));
        // What follows a refusal is read and thrown away by the server, for seconds: here it is told where to stop. It counts the framing of the chunks
        // too, which may be longer than what is in them.
        if (request.ContentLength is null && request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = 2 * max;
        var body = new RequestBody { _rented = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(request.ContentLength ?? 4096, 256, RentedAtFirstMax)) };
        var reader = request.BodyReader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                var bytes = read.Buffer;
                if (body.Length + bytes.Length > max)
                {
                    reader.AdvanceTo(bytes.End);
                    body.Return();
                    return (default, TooLarge(max));
                }

                body.Append(bytes);
                reader.AdvanceTo(bytes.End);
                if (read.IsCompleted) return (body, null);
            }
        }
        catch (IOException e) when (e is not BadHttpRequestException and not ConnectionResetException)
        {
            // A chunk's size beyond all numbers is the one fault of the framing that the server does not name as such.
            body.Return();
            throw new BadHttpRequestException("The body's framing is broken.", StatusCodes.Status400BadRequest, e);
        }
        catch
        {
            body.Return();
            throw;
        }
    }

    private void Append(in ReadOnlySequence<byte> bytes)
    {
        var length = Length + (int)bytes.Length;
        if (length > _rented!.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, _rented.Length * 2));
            _rented.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = larger;
        }

        bytes.CopyTo(_rented.AsSpan(Length));
        Length = length;
    }

    private static Refusal TooLarge(long max)
        => new(ErrorCodes.BodyTooLarge, FormattableString.Invariant($"At most {max:N0} bytes are accepted here."));
}
