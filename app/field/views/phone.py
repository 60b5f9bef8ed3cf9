"""What makes the pages of the field open with no network: the service worker, and what an installed app is called."""

import json

from flask import Response, render_template, url_for
from flask_babel import gettext

from app.core import static_files
from app.core.forms import language
from app.core.http import public
from app.core.templating import direction
from app.field.views.desk import Answer, pages

# Pages a phone keeps. A form, or the guide, is shown as it was kept, without asking; the others as they were if nobody
# answers.
FORMS = (
    "field.new_arrival",
    "field.new_departure",
    "field.new_headcount",
    "field.new_shelter",
    "field.new_group",
    "field.new_note",
    "field.guide",
)
FIGURES = ("field.home", "field.reports")
LISTS = ("field.names", "field.words")
OFFLINE = "field.offline"
KEPT_FILES = (".js", ".css", ".svg")

COLOURS = {"background_color": "#f4f6f7", "theme_color": "#0a5c73"}


@pages.get("/service-worker.js")
@public
def service_worker() -> Response:
    """The script that answers for us where there is no network: which files and pages it keeps, of which version."""
    kept = {
        "version": static_files.version_of_pages(),
        "files": [url_for("static", filename=name) for name in static_files.names() if name.endswith(KEPT_FILES)],
        "forms": [url_for(page) for page in FORMS],
        "figures": [url_for(page) for page in FIGURES],
        "lists": [url_for(page) for page in LISTS],
        "offline": url_for(OFFLINE),
        "manifest": url_for("field.manifest"),
    }
    serve = url_for("static", filename="field/shell.js")
    script = f"import {{ serve }} from {json.dumps(serve)};\nserve({json.dumps(kept, indent=1)});\n"
    answer = Response(script, content_type="text/javascript; charset=utf-8")
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


@pages.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What the app is called on a home screen, and where it opens."""
    icons = [
        {"src": url_for("static", filename=f"icons/mawa-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    said = {
        "id": "/field/",
        "name": gettext("Mawa: who is where, and where there is room"),
        "short_name": gettext("Mawa"),
        "lang": language(),
        "dir": direction(),
        "start_url": url_for("field.home"),
        "scope": "/",
        "display": "standalone",
        "icons": [one | {"purpose": purpose} for one in icons for purpose in ("any", "maskable")],
        **COLOURS,
    }
    return Response(json.dumps(said, ensure_ascii=False), content_type="application/manifest+json")


@pages.get("/offline")
@public
def offline() -> Answer:
    """Shown in the place of a page that needs the network."""
    return render_template("field/offline.html")
