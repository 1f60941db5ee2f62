"""Runs -> one HTML page to read and to listen to; it opens from disk and asks nothing of the network."""

from benchbox.report.content import Content, content_of
from benchbox.report.page import render_page
from benchbox.report.site import Document, render_site, unique_names
from benchbox.report.sounds import Clip, encode_clips, kept_clips, write_wavs

__all__ = [
    "Clip",
    "Content",
    "Document",
    "content_of",
    "encode_clips",
    "kept_clips",
    "render_page",
    "render_site",
    "unique_names",
    "write_wavs",
]
