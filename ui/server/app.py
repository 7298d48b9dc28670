"""Server around the pages: start, end, regular clean-up, health check, middleware and routes."""

import asyncio
import logging
import threading
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from autoencoder.project import ROOT
from ui.components.files import FILES
from ui.components.register import MODULES
from ui.jobs.cluster import close_cluster, start_cluster
from ui.server.middleware import KnownPages, SecurityHeaders, SessionLimit, VisitorCookie
from ui.server.warm_up import Warmer, warm_up
from ui.storage import results
from ui.storage.disk import state_root
from ui.storage.upkeep import clear_unfinished, remove_unused

CLEAR_EVERY = 3_600.0  # seconds
MAIN = ROOT / "ui" / "main.py"
HEALTH_PATH = "/latent/health"
IS_READY = threading.Event()


@asynccontextmanager
async def lifespan(app: st.App):
    """Clear up and warm up before the first visitor comes; keep workers until the end."""
    clear_up()
    start_cluster()
    warm_up()
    IS_READY.set()
    warmer = Warmer()
    warmer.start()
    clearing = asyncio.create_task(_clear_up_again())
    yield
    IS_READY.clear()
    clearing.cancel()
    await asyncio.to_thread(warmer.stop)
    await asyncio.to_thread(close_cluster)


def clear_up() -> None:
    """Remove unused folders, trainings and results."""
    remove_unused(state_root())
    clear_unfinished(state_root())
    results.remove_old()


async def _clear_up_again() -> None:
    while True:
        await asyncio.sleep(CLEAR_EVERY)
        try:
            await asyncio.to_thread(clear_up)
        except OSError as error:  # the disk's trouble is no reason to stop looking
            logging.getLogger(__name__).warning("What is unused could not be removed: %s", error)


def health(request: Request) -> Response:
    """Health for a load balancer: 200 once the server is warmed up, 503 before that and at the end."""
    status, text = (200, "ok") if IS_READY.is_set() else (503, "not ready")
    return PlainTextResponse(text, status, {"cache-control": "no-store"})


MIDDLEWARE = list(map(Middleware, (SecurityHeaders, KnownPages, SessionLimit, VisitorCookie)))
ROUTES = [FILES, MODULES, Route(HEALTH_PATH, health)]
