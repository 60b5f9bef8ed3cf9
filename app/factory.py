"""The web application, put together step by step."""

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from app import wiring
from app.core import garbage, meters, problems
from app.core.description import Problem
from config.settings import Settings, settings


def create_app(with_settings: Settings | None = None) -> OpenAPI:
    """The application with these settings, by default this process's. Starts nothing and asks no database."""
    chosen = with_settings or settings()
    application = OpenAPI(
        "mawa",
        info=Info(title="Mawa", version="1", description="Who is displaced, where they are, and where there is room."),
        doc_ui=False,
        validation_error_callback=problems.say_what_is_invalid,
        validation_error_model=Problem,
        template_folder=str(wiring.APP_FOLDER / "templates"),
        static_folder=str(wiring.APP_FOLDER / "static"),
    )
    wiring.configure(application, chosen)
    wiring.add_doors(application, chosen)
    wiring.add_languages(application)
    wiring.add_accounts(application)
    wiring.add_edge(application, chosen)
    wiring.add_rates(application, chosen)
    wiring.add_errors(application)
    wiring.add_headers(application, chosen)
    wiring.add_pages(application, chosen)
    wiring.add_api(application)
    wiring.add_operations(application)
    wiring.add_wakes(chosen)
    return application


def create_served() -> OpenAPI:
    """The application of a web process."""
    application = create_app()
    garbage.look_seldom()
    meters.keep_counting()
    return application
