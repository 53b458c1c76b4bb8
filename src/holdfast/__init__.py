"""Holdfast: scan once, stay connected. WhatsApp numbers, kept linked for programs that talk over them."""

__version__ = "0.1.0"
