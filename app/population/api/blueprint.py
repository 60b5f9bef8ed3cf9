"""The one blueprint the parts of this API stand on."""

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

api = APIBlueprint("population", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="population")])
