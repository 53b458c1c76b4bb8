"""Holdfast beside what it replaces, in one run: the same simulator, the same load, counted at the phones.

What enters are programs that link numbers and answer messages, each in the manner of its users; what leaves
are figures of Holdfast with the others' beside them, and one table in Markdown.
"""
