"""Answers in fewer bytes. Only of what tells nothing by its length: no answer in which a secret stands beside what
somebody else can have written into the request."""

import gzip
from collections.abc import Callable
from http import HTTPStatus

from flask import Response, request


def compressed(answer: Response, pack: Callable[[bytes], bytes] = gzip.compress) -> Response:
    """The answer for whoever reads gzip. Its tag is weak from then on: it is the same in other bytes."""
    answer.vary.add("Accept-Encoding")
    if answer.status_code == HTTPStatus.OK and request.accept_encodings["gzip"]:
        answer.direct_passthrough = False
        answer.set_data(pack(answer.get_data()))
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers.pop("Accept-Ranges", None)
        if tag := answer.get_etag()[0]:
            answer.set_etag(tag, weak=True)
    return answer
