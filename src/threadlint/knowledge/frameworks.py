"""Who calls the program on which thread: web and task frameworks, servers, schedulers, watchers.

A framework calls functions that were marked by a decorator or given to a registrar, or methods of classes that derive
from one of its own. Most serve many requests at once. What the configuration calls `entry-points` is added to these.
"""
from __future__ import annotations

from typing import NamedTuple

_HTTP = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_FLASK = (
    "route", "get", "post", "put", "patch", "delete", "before_request", "after_request", "teardown_request",
    "teardown_appcontext", "errorhandler", "context_processor", "before_app_request", "after_app_request",
    "app_errorhandler", "endpoint",
)  # fmt: skip
_FASTAPI = (*_HTTP, "api_route", "exception_handler", "websocket")

DECORATORS: dict[str, str] = {
    **{f"flask.{kind}.{name}": "handler" for kind in ("Flask", "Blueprint") for name in _FLASK},
    **{f"fastapi.{kind}.{name}": "handler" for kind in ("FastAPI", "APIRouter") for name in _FASTAPI},
    "rest_framework.decorators.api_view": "handler",
    "django.dispatch.receiver": "receiver",
    "dramatiq.actor": "task",
    "tornado.concurrent.run_on_executor": "pool task",
}
"""Decorators of functions that many threads run at once, and how messages call such a thread. Coroutines are left out:
they run on the event loop."""

CELERY = frozenset({"celery.Celery.task", "celery.shared_task", "celery.task"})
"""Decorators of tasks, which run in processes unless the program chooses a pool of threads."""

REGISTRARS: dict[str, tuple[int, str]] = {
    "flask.Flask.add_url_rule": (2, "view_func"),
    "flask.Blueprint.add_url_rule": (2, "view_func"),
    "django.urls.path": (1, "view"),
    "django.urls.re_path": (1, "view"),
    "django.urls.conf.path": (1, "view"),
    "django.conf.urls.url": (1, "view"),
    "fastapi.FastAPI.add_api_route": (1, "endpoint"),
    "fastapi.APIRouter.add_api_route": (1, "endpoint"),
}
"""Calls that are given a function which many threads run at once: its position and keyword."""

_DRF = ("list", "create", "retrieve", "update", "partial_update", "destroy", "perform_create", "perform_update")
_VIEWS = (*_HTTP, "dispatch", "get_context_data", "get_queryset", "form_valid")
_DO = tuple(f"do_{name.upper()}" for name in _HTTP)
_WATCHING = (
    "on_any_event", "on_created", "on_deleted", "on_modified", "on_moved", "on_closed", "on_opened", "dispatch",
)  # fmt: skip

HANDLER_METHODS: dict[str, tuple[str, ...]] = {
    "socketserver.BaseRequestHandler": ("handle", "setup", "finish"),
    "socketserver.StreamRequestHandler": ("handle", "setup", "finish"),
    "socketserver.DatagramRequestHandler": ("handle", "setup", "finish"),
    "logging.Handler": ("emit", "flush", "handle"),
    "logging.Filter": ("filter",),
    "watchdog.events.FileSystemEventHandler": _WATCHING,
    "watchdog.events.PatternMatchingEventHandler": _WATCHING,
    "watchdog.events.RegexMatchingEventHandler": _WATCHING,
    "watchdog.events.LoggingEventHandler": _WATCHING,
    "http.server.BaseHTTPRequestHandler": _DO,
    "http.server.SimpleHTTPRequestHandler": _DO,
    "flask.views.MethodView": _HTTP,
    "flask.views.View": ("dispatch_request",),
    **{
        f"django.views.{name}": _VIEWS
        for name in (
            "View", "generic.View", "generic.base.View", "generic.TemplateView", "generic.ListView",
            "generic.DetailView", "generic.FormView", "generic.CreateView", "generic.UpdateView", "generic.DeleteView",
        )
    },
    "django.utils.deprecation.MiddlewareMixin": (
        "process_request", "process_response", "process_view", "process_exception", "__call__",
    ),
    "rest_framework.views.APIView": _VIEWS,
    **{
        f"rest_framework.viewsets.{name}": (*_VIEWS, *_DRF)
        for name in ("ViewSet", "GenericViewSet", "ModelViewSet", "ReadOnlyModelViewSet")
    },
}  # fmt: skip
"""Methods of subclasses of these library classes that threads of the library run; `SHARED_HANDLERS` says whether one
instance serves them all."""

SHARED_HANDLERS = frozenset({
    "logging.Handler", "logging.Filter", "watchdog.events.FileSystemEventHandler",
    "watchdog.events.PatternMatchingEventHandler", "watchdog.events.RegexMatchingEventHandler",
    "watchdog.events.LoggingEventHandler", "django.utils.deprecation.MiddlewareMixin",
})  # fmt: skip
"""Handler classes of which one instance serves many threads (the others get an instance for each request)."""

ONE_AT_A_TIME = frozenset(name for name in HANDLER_METHODS if name.startswith("watchdog."))
"""Handler classes whose methods one thread of the library calls, one after the other."""

SERVED_BY_A_SERVER = ("socketserver.", "http.server.")
"""Where handler classes come from that run beside each other only if their server makes threads."""

SERVERS = frozenset({"HTTPServer", "TCPServer", "UDPServer", "UnixStreamServer", "UnixDatagramServer", "WSGIServer"})
"""Last names of servers that serve one request after the other, unless they are mixed with threads."""

THREADED_SERVERS = frozenset({
    "ThreadingMixIn", "ThreadingHTTPServer", "ThreadingTCPServer", "ThreadingUDPServer", "ThreadingUnixStreamServer",
    "ThreadingUnixDatagramServer", "ThreadedTCPServer", "ThreadedHTTPServer",
})  # fmt: skip
"""Last names of servers that make a thread for each request."""

GREENLETS = frozenset({"gevent", "eventlet", "gevent.monkey", "gevent.pywsgi", "eventlet.wsgi"})
GREENLET_SERVERS = frozenset({"monkey", "pywsgi", "patch_all", "monkey_patch", "WSGIServer"})
"""Words that a module shows, one of each, which serves requests by greenlets or turns threads into them."""

SERVICER_MODULE, SERVICER = "_pb2_grpc", "Servicer"
"""How generated modules, and the base classes of services in them, end: one instance serves a pool of threads."""


class Background(NamedTuple):
    """An object with threads of its own that call functions of the program. `registers`: methods that are given one,
    its position and keyword; `attributes`: attributes that hold one; `starts` and `ends`: methods that start the
    thread, and that wait for its end. `serial`: it is one thread. `what`: how messages call it."""

    what: str
    registers: dict[str, tuple[int, str]]
    starts: tuple[str, ...] = ("start",)
    ends: tuple[str, ...] = ("join",)
    attributes: tuple[str, ...] = ()
    serial: bool = False


_SCHEDULER = Background("job", {"add_job": (0, "func"), "scheduled_job": (-1, "")}, ends=("shutdown",))
_OBSERVER = Background("watcher", {"schedule": (0, "event_handler")}, serial=True)

BACKGROUND: dict[str, Background] = {
    "apscheduler.schedulers.background.BackgroundScheduler": _SCHEDULER,
    "apscheduler.schedulers.blocking.BlockingScheduler": _SCHEDULER,
    "watchdog.observers.Observer": _OBSERVER,
    "watchdog.observers.polling.PollingObserver": _OBSERVER,
    "paho.mqtt.client.Client": Background(
        "network callback", {"message_callback_add": (1, "callback")}, ("loop_start",), ("loop_stop",),
        (
            "on_message", "on_connect", "on_connect_fail", "on_disconnect", "on_publish", "on_subscribe",
            "on_unsubscribe", "on_log", "on_socket_open", "on_socket_close",
        ),
        serial=True,
    ),
}  # fmt: skip
"""By type. A register at position -1 is a decorator."""

FRAMEWORKS = (
    "flask", "fastapi", "django.urls", "django.views", "django.dispatch", "django.utils.deprecation", "rest_framework",
    "dramatiq", "celery", "apscheduler", "paho.mqtt", "run_on_executor", "watchdog",
)  # fmt: skip
"""What the text of a program shows that one of these calls."""
