"""An operation as its administrator sees it, beside another one."""

import re

from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from app.accounts import service
from app.accounts.models import User
from app.accounts.policy import Actor
from app.core import db
from app.factory import create_app
from tests.factories.operations import make_actor, make_operation
from tests.factories.pages import Visitor, words_of


class Office:
    """An administrator, a field worker of a district, and somebody of another operation who also works here."""

    def __init__(self) -> None:
        with db.unit_of_work() as session:
            here, elsewhere = make_operation(session), make_operation(session, code="elsewhere")
            self.boss = make_actor(session, here, role="administrator")
            self.worker = make_actor(session, here, areas=["SY0602"])
            self.other_boss = make_actor(session, elsewhere, role="administrator")
            service.add_user(session, email=self.other_boss.email, role="coordinator", areas=None, operation_id=here.id)
            session.execute(update(User).values(password="of nobody's knowledge"))
            self.keys = {
                actor.email: service.make_token(session, email=actor.email, operation_id=actor.scope.operation_id)
                for actor in (self.boss, self.worker, self.other_boss)
            }
        self.application = create_app()
        self.visitor = self.visits(self.boss)

    def visits(self, actor: Actor) -> Visitor:
        return Visitor(self.application, actor)

    def presses(self, path: str, *, by: Visitor | None = None, **typed: str) -> str:
        """What the page says after a button of it was pressed, by the administrator unless somebody else is named."""
        visitor = by or self.visitor
        token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.open("/account").text)
        assert token is not None
        answer = visitor.post(path, MultiDict({"csrf_token": token[1], **typed}))
        return words_of(visitor.open(answer.location).text if answer.status_code == 303 else answer.text)


def page_of(actor: Actor) -> str:
    return f"/admin/users/{actor.user_id}"
