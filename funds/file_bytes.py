"""The bytes of uploaded files, to and from the database without standing in memory many times over.

Django sends and fetches bytes as hexadecimal text within the SQL, and the driver's buffers grow to twice the largest
message and stay that large as long as the connection does.
"""

from datetime import datetime

from django.db import connection
from psycopg import Cursor

from organisations.models import Membership, Organisation

from .models import ImportFile

_INSERT = """
    INSERT INTO funds_importfile (organisation_id, name, content, size, sha256, uploaded_by_id, uploaded_at)
    VALUES (%s, %s, %b, 0, '', %s, %s) RETURNING id
"""
_SLICE = 4 * 1024 * 1024


def keep_file(*, organisation: Organisation, name: str, content: bytes, by: Membership, at: datetime) -> ImportFile:
    """Store a file byte for byte; its size and digest are computed by the database."""
    connection.ensure_connection()
    # The driver's own cursor sends the bytes as they are, beside the SQL.
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        stored = cursor.execute(_INSERT, [organisation.pk, name, content, by.pk, at]).fetchone()
    assert stored is not None, "the key is returned"
    return ImportFile.objects.get(pk=stored[0])


def content_of(file: ImportFile) -> bytes:
    """Fetch the bytes of a file slice by slice; they are not kept in ``file``."""
    slices = []
    with connection.cursor() as cursor:
        for begin in range(1, file.size + 1, _SLICE):
            cursor.execute(
                "SELECT substring(content FROM %s FOR %s) FROM funds_importfile WHERE id = %s", [begin, _SLICE, file.pk]
            )
            slices.append(bytes(cursor.fetchone()[0]))
    return b"".join(slices)
