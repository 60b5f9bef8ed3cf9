"""What was changed: by whom, when, from where."""

from flask import g, render_template, request

from app.admin.forms import ChangesForm
from app.admin.queries.audit import PAGE, Wanted, changes
from app.admin.views.blueprint import pages
from app.core.http import requires, session
from app.core.pagination import after_moment, moment_and_id
from app.core.pagination import page as page_of
from app.core.templating import use_zone
from app.places.queries import frame_of
from app.population.queries.groups import called_of


@pages.get("/audit")
@requires("administer")
def audit() -> str:
    """The audit log, newest first. What cannot be read of a question is said beside its field, and all is shown."""
    frame = frame_of(session(), g.actor.scope.operation_id)
    use_zone(frame.zone)
    form = ChangesForm(request.args, today=frame.today)
    is_good = form.validate()
    wanted = form.wanted(frame.zone) if is_good else Wanted()
    before = moment_and_id(request.args.get("after", ""))
    found, last = page_of(changes(session(), operation_id=frame.operation_id, wanted=wanted, before=before), PAGE)
    places = {change.place_id for change in found if change.place_id is not None}
    return render_template(
        "admin/audit.html",
        form=form,
        changes=found,
        places=called_of(session(), g.actor, places),
        next=after_moment(last.at, last.id) if last else None,
        is_first=before is None,
        kept=form.kept() if is_good else {},
    )
