"""Makes nfkc.bin, the table behind NfkcText.cs, from the Unicode character database that Python carries.

Layout, zlib-compressed, all numbers LEB128: Unicode major version; decompositions (count, then code point as the difference to the one
before, length, code points); combining classes (count, then difference, class); compositions (count, then first, second, result).
Hangul syllables are left out: they follow from arithmetic.
"""
import unicodedata
import zlib
from pathlib import Path

HANGUL = range(0xAC00, 0xD7A4)


def number(n):
    out = bytearray()
    while True:
        n, low = n >> 7, n & 0x7F
        out.append(low | (0x80 if n else 0))
        if not n:
            return bytes(out)


points = [p for p in range(0x110000) if not 0xD800 <= p < 0xE000 and p not in HANGUL]
decomposed = [(p, unicodedata.normalize("NFKD", chr(p))) for p in points]
decomposed = [(p, text) for p, text in decomposed if text != chr(p)]
classes = [(p, unicodedata.combining(chr(p))) for p in points if unicodedata.combining(chr(p))]
composed = []
for p in points:
    parts = unicodedata.decomposition(chr(p)).split()
    if len(parts) == 2 and not parts[0].startswith("<"):
        pair = "".join(chr(int(part, 16)) for part in parts)
        if unicodedata.normalize("NFC", pair) == chr(p):
            composed.append((ord(pair[0]), ord(pair[1]), p))

body = bytearray(number(int(unicodedata.unidata_version.split(".")[0])))
body += number(len(decomposed))
last = 0
for p, text in decomposed:
    body += number(p - last) + number(len(text)) + b"".join(number(ord(c)) for c in text)
    last = p
body += number(len(classes))
last = 0
for p, ccc in classes:
    body += number(p - last) + number(ccc)
    last = p
body += number(len(composed))
for first, second, p in composed:
    body += number(first) + number(second) + number(p)
Path(__file__).with_name("nfkc.bin").write_bytes(zlib.compress(bytes(body), 9))
