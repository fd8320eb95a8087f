"""The page and its moments, served to browsers on this machine and to nobody else."""

import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from canonpose.errors import InputError
from canonpose.live.message import Messages
from canonpose.live.page import Page
from canonpose.live.state import Board

LOOPBACK = "127.0.0.1"
WAIT = 5.0
"""Seconds for which a browser's question for the next moment is kept open."""
PATIENCE = 10.0
"""Seconds after which a browser that neither asks nor takes is let go."""


class LiveServer:
    """Serves a page, and on `/next?after=N` the first moment that is newer than N.

    A browser asks again once it has drawn, so that nothing piles up for a slow one; its question
    says what it has drawn (`drawn=N`), by which the time to the screen is known.

    Only requests to the loopback interface under its own names are answered: a foreign page whose
    name was made to point here (DNS rebinding) gets nothing, nor does one that asks from elsewhere.

    Parameters
    ----------
    page : Page
    board : Board
    messages : Messages
    port : int
        0 takes a free one.

    Raises
    ------
    InputError
        If the port is taken.
    """

    def __init__(self, page: Page, board: Board, messages: Messages, port: int):
        served = {"page": page, "board": board, "messages": messages}
        try:
            self._server = _Server((LOOPBACK, port), type("Handler", (_Handler,), served))
        except OSError as error:
            raise InputError(
                f"port {port} of {LOOPBACK}: cannot be used ({error.strerror or error}); choose "
                f"another by --port, or leave it out for a free one."
            ) from error
        self.port = self._server.server_port
        self._board = board
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(poll_interval=0.1),
            name="server",
            daemon=True,
        )

    @property
    def url(self) -> str:
        """What to open."""
        return f"http://{LOOPBACK}:{self.port}/"

    def start(self) -> None:
        """Let it answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more, and free the port."""
        self._board.close()
        if self._thread.ident is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a browser that does not read must not hold up the end

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away is no event."""


class _Handler(BaseHTTPRequestHandler):
    """One browser's connection."""

    page: Page
    board: Board
    messages: Messages
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server_version, sys_version = "canonpose", ""

    def do_GET(self) -> None:
        """Answer, or refuse."""
        address = urlsplit(self.path)
        if not self._is_own_host():
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "this name is not served here")
        elif address.path == "/":
            self._answer(self.page.content, "text/html; charset=utf-8", self.page.policy)
        elif address.path == "/next" and self._is_own_page():
            self._answer_next(parse_qs(address.query))
        elif address.path == "/next":
            self._refuse(HTTPStatus.FORBIDDEN, "other pages may not ask")
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")

    def _is_own_host(self) -> bool:
        port = self.connection.getsockname()[1]
        hosts = self.headers.get_all("Host") or []
        return len(hosts) == 1 and hosts[0] in (f"{LOOPBACK}:{port}", f"localhost:{port}")

    def _is_own_page(self) -> bool:
        """Whether the browser does not say that another page asks."""
        return self.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")

    def _answer_next(self, query: dict[str, list[str]]) -> None:
        try:
            after = int(query.get("after", ["-1"])[0])
            drawn = int(query.get("drawn", ["-1"])[0])
        except ValueError:
            self._refuse(HTTPStatus.BAD_REQUEST, "after and drawn are whole numbers")
            return
        if drawn >= 0:
            self.board.note_drawn(drawn, time.monotonic())
        moment = self.board.newer_than(after, WAIT)
        if moment is None and self.board.closed:
            self.close_connection = True
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "the live view was stopped")
        elif moment is None:
            self.send_response(HTTPStatus.NO_CONTENT)
            self._send_common_headers()
            self.end_headers()
        else:
            self._answer(self.messages.of(moment), "application/octet-stream")

    def _answer(self, content: bytes, kind: str, policy: str | None = None) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if policy is not None:
            self.send_header("Content-Security-Policy", policy)
        self._send_common_headers()
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.send_response(status)
        content = (why + "\n").encode("ascii")
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self._send_common_headers()
        self.end_headers()
        self.wfile.write(content)

    def _send_common_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not news."""
