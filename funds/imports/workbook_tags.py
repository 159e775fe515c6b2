"""Tags that begin within tags, which no program writes.

Patterns that look from each tag for its end would look through the rest of a sheet for every one of them.
"""

from collections.abc import Iterable, Iterator

from .limits import unusual

_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"<>")
#: Comments and texts that are written as they are may have a few.
_MOST_WITHIN = 50


def whole_tags(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a part as they are.

    Raises:
        FileRefusal: many tags begin before the one before them has ended.
    """
    last, within = b"", 0
    for chunk in chunks:
        brackets = last + chunk.translate(None, _NO_BRACKETS)
        # Of three in a row two are within another.
        within += brackets.count(b"<<") + brackets.count(b"<<<")
        if within > _MOST_WITHIN:
            raise unusual()
        last = brackets[-1:]
        yield chunk
