"""A small press of our own on loopback: feeds and article pages for the first run and for the tests."""

from __future__ import annotations

from pipeline.newswire.catalogue import NOW, Catalogue, load_catalogue
from pipeline.newswire.server import Newswire
from pipeline.newswire.truth import load_truth

__all__ = ["NOW", "Catalogue", "Newswire", "load_catalogue", "load_truth"]
