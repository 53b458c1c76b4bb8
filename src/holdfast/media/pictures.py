"""Pictures: how large, what they look like small, and stickers made of them. Blocking: for a thread.

What enters was made by strangers: nothing is decoded before its announced size has been looked at.
"""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from holdfast.model.errors import MediaDamaged

if TYPE_CHECKING:
    from PIL.Image import Image

#: More pixels than any camera has: such a file is made to fill somebody's memory.
_MOST_PIXELS: Final = 200_000_000
#: More are not decoded for a thumbnail, unless the format can be read smaller.
_MOST_DECODED: Final = 40_000_000
_THUMBNAIL: Final = (100, 100)
_STICKER: Final = (512, 512)
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")


def size_of(path: Path) -> tuple[int, int]:
    """Width and height in pixels, as shown. Raises MediaDamaged."""
    with _opened(path) as image:
        width, height = image.size
        turned = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}
        return (height, width) if turned else (width, height)


def thumbnail_of(path: Path) -> bytes | None:
    """A small JPEG; None for a picture that is too large to be decoded. Raises MediaDamaged."""
    with _opened(path) as image:
        image.draft("RGB", _THUMBNAIL)
        if image.size[0] * image.size[1] > _MOST_DECODED:
            return None
        from PIL import ImageOps

        small: Any = image
        small.thumbnail(_THUMBNAIL)
        small = ImageOps.exif_transpose(small)
        return _written(_on_white(small), "JPEG", quality=60)


def sticker_of(path: Path) -> bytes:
    """A sticker: WebP of 512 by 512 pixels, what is not square on a transparent ground. Raises
    MediaDamaged.
    """
    with _opened(path) as image:
        image.draft("RGB", _STICKER)
        if image.size[0] * image.size[1] > _MOST_DECODED:
            raise MediaDamaged("The picture has too many pixels for a sticker")
        from PIL import ImageOps

        fitted = ImageOps.pad(ImageOps.exif_transpose(image).convert("RGBA"), _STICKER, color=(0, 0, 0, 0))
        return _written(fitted, "WEBP", quality=80)


@contextlib.contextmanager
def _opened(path: Path) -> "Iterator[Image]":
    # The library is large: it is loaded with the first picture.
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own limit follows, and refuses instead of warning
    try:
        with Image.open(path, formats=_FORMATS) as image:
            if image.size[0] * image.size[1] > _MOST_PIXELS:
                raise MediaDamaged(f"The picture claims {image.size[0]:,} by {image.size[1]:,} pixels")
            yield image
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as exc:
        raise MediaDamaged("The picture cannot be read") from exc


def _on_white(image: Any) -> Any:
    from PIL import Image

    if image.mode in {"RGBA", "LA", "P"}:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        ground.alpha_composite(image)
        image = ground
    return image.convert("RGB")


def _written(image: Any, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()
