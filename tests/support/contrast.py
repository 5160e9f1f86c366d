"""How well a colour can be read on another one, as the tests of themes measure it."""

from __future__ import annotations

from navi.tui.style.colors import Rgb, luminance


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
