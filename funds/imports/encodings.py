"""Which letters the bytes of a text file are: decided by the whole file, never by its beginning."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fundtrack.sentences import sentence as _

from .limits import FileRefusal, not_a_table

#: Encodings that a profile may declare: canonical name → Python's name.
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "ibm437": "cp437",
    "ibm850": "cp850",
    "ibm865": "cp865",
    "macintosh": "mac-roman",
}
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CHUNK = 1 << 20
#: Control characters that no text has, and a few that may stray into one.
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1a")
_STRAY = 10
#: The letters å ä ö Å Ä Ö in the code pages of DOS (437, 850 and 865 agree), and in those of the old Macintosh.
_DOS, _MACINTOSH = b"\x86\x84\x94\x8f\x8e\x99", b"\x8c\x8a\x9a\x81\x80\x85"
#: What tells them: in Windows-1252 a low quotation mark within a word, a capital Š before a small letter.
_SURE = {
    "ibm850": (_DOS, re.compile(rb"[A-Za-z]\x84[A-Za-z]")),
    "macintosh": (_MACINTOSH, re.compile(rb"[A-Za-z]\x8a[a-z]")),
}
#: What people of the North write in Windows-1252, signs included.
_USUAL = frozenset("åäöÅÄÖéÉèàáçëíïñóôõÕüÜæÆøØßšŠžŽ€£§°±²³½´µ·×–—‘’“”«»•…®©™\u00a0\u00ad")
#: Bytes that are letters in the code pages of DOS and the Macintosh, and å ä ö Å Ä Ö, which are none there.
_ELSEWHERE, _NORTHERN = bytes(range(0x80, 0xA0)), "åäöÅÄÖ".encode("cp1252")
_WORD_ENDS = re.compile(r"[\s;,|\"]+")
_LONGEST_WORD, _SHOWN = 30, 5
#: Bytes that Windows-1252 leaves undefined.
_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_FEW = 20
#: Fewer bytes do not show that a file is UTF-16.
_FEWEST = 8
#: Marks an odd byte while counting: no text holds these private characters.
_PRIVATE = 0xF700


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become text."""

    #: Canonical name, as in ``ENCODINGS``.
    name: str
    #: What happens with a byte that does not fit: "strict", or our handler that reads it as Western European.
    errors: str = "strict"

    @property
    def codec(self) -> str:
        """Python's name of the encoding."""
        return ENCODINGS[self.name]

    def open(self, content: bytes, *, errors: str = "") -> io.TextIOWrapper:
        """The text as a stream of lines, their ends unchanged."""
        return io.TextIOWrapper(io.BytesIO(content), encoding=self.codec, errors=errors or self.errors, newline="")


def _western(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that do not fit as Windows-1252, and what that leaves undefined as Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    letters = (
        bytes((byte,)).decode("latin-1" if byte in _UNDEFINED else "cp1252")
        for byte in error.object[error.start : error.end]
    )
    return "".join(letters), error.end


def _marked(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(_PRIVATE + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("fundtrack-western", _western)
codecs.register_error("fundtrack-marked", _marked)


def has_odd_byte(text: str) -> bool:
    """True for a text, opened with ``errors="fundtrack-marked"``, in which a byte did not fit."""
    return any(_PRIVATE <= ord(letter) < _PRIVATE + 256 for letter in text)


def has_mark(content: bytes) -> bool:
    """True when a file begins with a byte order mark."""
    return content.startswith(tuple(_BOMS))


def find_encoding(name: str, content: bytes) -> Encoding:
    """Find the encoding that fits the whole file.

    A byte order mark decides; otherwise UTF-8 where every byte fits, or nearly every one of many; the old code pages
    where nothing but their å, ä and ö explains the bytes; otherwise Windows-1252, in which a few undefined bytes are
    let through.

    Raises:
        FileRefusal: not text, or letters that cannot be read.
    """
    for mark, encoding in _BOMS.items():
        if content.startswith(mark):
            return _with_mark(name, content, encoding)
    if (wide := _wide_without_mark(content)) is not None:
        return _with_mark(name, content, wide)
    controls = len(content) - len(content.translate(None, delete=CONTROLS))
    if b"\x00" in content or controls > max(_STRAY, len(content) // 1000):
        raise not_a_table(name)
    good, bad = _count_utf8(content)
    if not bad:
        return Encoding("utf-8")
    # One stray byte in a file of UTF-8 must not turn every ä of it into two other letters.
    if good >= 10 * bad:
        return Encoding("utf-8", "fundtrack-western")
    beyond = content.translate(None, delete=bytes(range(128)))
    for encoding, (letters, inside) in _SURE.items():
        if not beyond.translate(None, delete=letters) and inside.search(content):
            return Encoding(encoding)
    odd = sum(content.count(byte) for byte in _UNDEFINED)
    if odd > _FEW and odd * 100 > len(beyond):
        raise unreadable()
    return Encoding("windows-1252", "fundtrack-western" if odd else "strict")


def _wide_without_mark(content: bytes) -> str | None:
    """UTF-16 that does not say so: nearly half of its first bytes are zero, all at even or all at odd places."""
    start = content[:_CHUNK]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    most = 0.8 * (len(start) // 2)
    if len(content) % 2 or len(content) < _FEWEST or max(even, odd) < most or min(even, odd):
        return None
    return "utf-16-le" if odd else "utf-16-be"


def unreadable() -> FileRefusal:
    """The refusal of letters that no encoding explains."""
    message = _("The letters of the file cannot be read. Save it as CSV with the encoding UTF-8.")
    return FileRefusal(message, code="file_encoding")


def _with_mark(name: str, content: bytes, encoding: str) -> Encoding:
    found = Encoding(encoding)
    if (encoding == "utf-8" and b"\x00" in content) or not content[3:].strip(b"\x00 \t\r\n"):
        raise not_a_table(name)
    if encoding == "utf-8":
        good, bad = _count_utf8(content)
        if bad and good >= 10 * bad:
            return Encoding("utf-8", "fundtrack-western")
    try:
        for chunk in chunks(found, content):
            if "\x00" in chunk:
                raise not_a_table(name)
    except UnicodeError as error:
        message = _("The file is damaged: it begins as Unicode text and goes on as something else.")
        raise FileRefusal(message, code="file_encoding") from error
    return found


def chunks(encoding: Encoding, content: bytes, *, errors: str = "") -> Iterator[str]:
    """The text in pieces, so that it never stands in memory as a whole."""
    stream = encoding.open(content, errors=errors)
    while chunk := stream.read(_CHUNK):
        yield chunk


def _count_utf8(content: bytes) -> tuple[int, int]:
    """How many letters beyond ASCII are well formed, and how many bytes are not."""
    good = bad = 0
    for chunk in chunks(Encoding("utf-8"), content, errors="fundtrack-marked"):
        if chunk.isascii():
            continue
        beyond = [letter for letter in chunk if letter > "\x7f"]
        odd = sum(_PRIVATE <= ord(letter) < _PRIVATE + 256 for letter in beyond)
        good, bad = good + len(beyond) - odd, bad + odd
    return good, bad


def is_certain(encoding: Encoding, content: bytes) -> bool:
    """True for Windows-1252 with usual letters, which no other encoding would make letters of."""
    if encoding.name != "windows-1252" or encoding.errors != "strict":
        return False
    beyond = set(content.translate(None, delete=bytes(range(128))))
    told_apart = bool(beyond & set(_NORTHERN)) or not beyond & set(_ELSEWHERE)
    return told_apart and _USUAL.issuperset(bytes(beyond).decode(encoding.codec))


def words_beyond_ascii(encoding: Encoding, content: bytes) -> list[str]:
    """The first different words with letters beyond ASCII, as they are read."""
    found: dict[str, None] = {}
    for chunk in chunks(encoding, content):
        for word in () if chunk.isascii() else _WORD_ENDS.split(chunk):
            # A unit or a dash alone shows nothing.
            if not word.isascii() and len(word) > 1:
                found[word[:_LONGEST_WORD]] = None
            if len(found) == _SHOWN:
                return list(found)
    return list(found)
