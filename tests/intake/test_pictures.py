"""Pictures of a submission are taken apart in bounded time, however many parts they claim to have."""

import io
import struct
import zlib
from time import process_time

import numpy as np
import pytest
from PIL import Image

from grading.intake.limits import MAX_PICTURE_BYTES, MAX_PICTURE_PARTS
from grading.intake.pictures import clean_jpeg, clean_png


def _chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(*chunks: bytes) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + _chunk(b"IEND")


def _many(part: bytes) -> bytes:
    return part * (MAX_PICTURE_BYTES // len(part))


SCAN = b"\xff\xda\x00\x02"
FLOODS = {
    "empty chunks": _png(_many(_chunk(b"IDAT"))),
    "chunks of comments": _png(_many(_chunk(b"tEXt"))),
    "scans": b"\xff\xd8" + _many(SCAN),
    "segments": b"\xff\xd8" + _many(b"\xff\xdb\x00\x02"),
    "markers": b"\xff\xd8" + _many(b"\xff"),
    "escaped bytes": b"\xff\xd8" + SCAN + _many(b"\xff\x00"),
    "restarts": b"\xff\xd8" + SCAN + _many(b"\xff\xd0"),
    "scans in scans": b"\xff\xd8" + _many(SCAN + b"\xff\x00"),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_of_parts_is_no_picture(flood: str) -> None:
    began = process_time()
    for _ in range(20):
        assert clean_png(FLOODS[flood]) is None
        assert clean_jpeg(FLOODS[flood]) is None
    assert process_time() - began < 5


def test_the_parts_of_an_honest_picture_are_few() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (1_000, 1_300, 3), dtype=np.uint8))
    file = io.BytesIO()
    noise.save(file, "png")
    assert len(file.getvalue()) < MAX_PICTURE_BYTES
    content = zlib.decompress(zlib.compress(file.getvalue()))
    # libpng writes a chunk for each 8 kB; Pillow, for each 64.
    assert MAX_PICTURE_BYTES / 8_192 < MAX_PICTURE_PARTS / 2
    assert clean_png(content) == content


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_large_jpeg_is_kept(options: dict) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (900, 1_200, 3), dtype=np.uint8))
    file = io.BytesIO()
    noise.save(file, "jpeg", quality=95, restart_marker_blocks=1, **options)
    cleaned = clean_jpeg(file.getvalue())
    assert cleaned is not None
    assert Image.open(io.BytesIO(cleaned)).tobytes() == Image.open(file).tobytes()
