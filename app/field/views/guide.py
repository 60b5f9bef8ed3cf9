"""How one reports, on two pages: read on the phone, with no network too, or on paper."""

from flask import render_template

from app.core.http import requires
from app.field.views.desk import Answer, pages


@pages.get("/guide")
@requires("report")
def guide() -> Answer:
    return render_template("field/guide.html")
