"""PNG and JPEG files taken apart and put together again from the parts that make up the picture, without decoding it.

Everything else (text, profiles, animation, whatever is appended) is left out. Nothing is decoded, because a decoder in
C would be one more thing that a submission could attack.
"""

import re
import struct
import zlib

from grading.intake.limits import MAX_PICTURE_PARTS, MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE_PIXELS

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"pHYs", b"bKGD", b"IDAT", b"IEND"}

_START, _END, _SCAN, _QUANTIZATION, _HUFFMAN, _RESTART_INTERVAL = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD
_JFIF, _ADOBE = 0xE0, 0xEE
_FRAMES = {0xC0, 0xC1, 0xC2}
# Within a scan, 0xFF comes only before 0x00 and in restart markers.
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)
_JPEG_SEGMENTS = {_SCAN, _QUANTIZATION, _HUFFMAN, _RESTART_INTERVAL, _JFIF, _ADOBE, *_FRAMES}


def clean_png(data: bytes) -> bytes | None:
    """Rebuild a PNG from its checked chunks, up to IEND.

    Args:
        data: content of the file.

    Returns:
        The picture, or None if it is damaged, too large, in too many parts, or not a PNG.
    """
    if not data.startswith(_PNG):
        return None
    kept, at = [_PNG], len(_PNG)
    for _ in range(MAX_PICTURE_PARTS):
        if at + 12 > len(data):
            return None
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + 12 + length]
        if len(chunk) != 12 + length or zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            return None
        if (at == len(_PNG)) != (kind == b"IHDR"):
            return None
        if kind == b"IHDR" and not (length == 13 and _fits(*struct.unpack_from(">II", chunk, 8))):
            return None
        if kind in _PNG_CHUNKS:
            kept.append(chunk)
        if kind == b"IEND":
            return b"".join(kept)
        at += len(chunk)
    return None


def clean_jpeg(data: bytes) -> bytes | None:
    """Rebuild a JPEG from its segments, up to its end marker.

    Args:
        data: content of the file.

    Returns:
        The picture, or None if it is damaged, too large, in too many parts, or not a JPEG.
    """
    if not data.startswith(bytes([0xFF, _START])):
        return None
    kept, at, framed = [data[:2]], 2, False
    for _ in range(MAX_PICTURE_PARTS):
        if at + 4 > len(data) or data[at] != 0xFF:
            return None
        kind, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        end = at + 2 + length
        if length < 2 or end > len(data):
            return None
        if kind in _FRAMES:
            if framed or length < 8 or not _fits(*struct.unpack_from(">HH", data, at + 5)):
                return None
            framed = True
        if kind == _SCAN:
            marker = _END_OF_SCAN.search(data, end)
            end = marker.start() if marker else len(data)
        if kind in _JPEG_SEGMENTS:
            kept.append(data[at:end])
        if kind == _SCAN and data[end : end + 2] == bytes([0xFF, _END]):
            return b"".join([*kept, data[end : end + 2]]) if framed else None
        at = end
    return None


def _fits(width: int, height: int) -> bool:
    within = 0 < width <= MAX_PICTURE_SIDE_PIXELS and 0 < height <= MAX_PICTURE_SIDE_PIXELS
    return within and width * height <= MAX_PICTURE_PIXELS
