"""The one blueprint the administrator's pages stand on."""

from flask import Blueprint

pages = Blueprint("admin", __name__, url_prefix="/admin")
