"""Finds the browser that the browser tests drive."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
FIX = "install Chromium, Chrome or Edge, or set WORKBOOK_CHROMIUM to the program's path"


def find_chromium():
    """Return the path of a browser of Chromium's family, or None. WORKBOOK_CHROMIUM, where it is set, is the only candidate."""
    if named := os.environ.get("WORKBOOK_CHROMIUM"):
        return Path(named) if Path(named).is_file() else None
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path:
        return Path(on_path)
    return next((path for path in usual_places() if path.is_file()), None)


def usual_places():
    """Yield where installers put these browsers without putting them on the PATH."""
    for name in ("Chromium", "Google Chrome", "Microsoft Edge"):  # macOS
        for top in (Path("/Applications"), Path.home() / "Applications"):
            yield top / f"{name}.app" / "Contents" / "MacOS" / name
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):  # Windows
        if variable in os.environ:
            top = Path(os.environ[variable])
            yield top / "Google" / "Chrome" / "Application" / "chrome.exe"
            yield top / "Chromium" / "Application" / "chrome.exe"
            yield top / "Microsoft" / "Edge" / "Application" / "msedge.exe"
