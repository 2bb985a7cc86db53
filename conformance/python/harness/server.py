"""The server under test, as a process of its own: started from the configuration that all the conformance runners share
(../../server.json), on a free port of 127.0.0.1, and stopped by its process id.

Which server: CONFORMANCE_SERVER holds a whole command ("/opt/centrifugo"), else the vestibule binary of VESTIBULE_BIN
(default: the debug build of this repository) is started in its `centrifugo` mode.
"""

import os
import shlex
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Optional

import cent
import requests

CONFORMANCE = Path(__file__).resolve().parents[2]
CONFIG = CONFORMANCE / "server.json"
API_KEY = "conformance-key"

READY_WITHIN_SECONDS = 20.0
STOPPED_WITHIN_SECONDS = 10.0
# How much of the server's own output is shown when it does not start.
OUTPUT_SHOWN_BYTES = 16_384


def command() -> list[str]:
    """The command that starts the server, without the configuration."""
    given = os.environ.get("CONFORMANCE_SERVER")
    if given:
        return shlex.split(given)
    target = os.environ.get("CARGO_TARGET_DIR", str(CONFORMANCE.parent / "target"))
    return [os.environ.get("VESTIBULE_BIN", f"{target}/debug/vestibule"), "centrifugo"]


class Server:
    """A running server.

    `settings` are configuration keys over those of server.json, by their paths: {"client.ping_interval": "2s"}; they
    reach the server as CENTRIFUGO_* variables.
    """

    def __init__(self, settings: Optional[dict[str, Any]] = None) -> None:
        self.port = _free_port()
        self.endpoint = f"ws://127.0.0.1:{self.port}/connection/websocket"
        self.api_url = f"http://127.0.0.1:{self.port}/api"
        every = {"http_server.address": "127.0.0.1", "http_server.port": self.port, **(settings or {})}
        variables = {f"CENTRIFUGO_{path.upper().replace('.', '_')}": _text(value) for path, value in every.items()}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CENTRIFUGO_")}
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [*command(), "--config", str(CONFIG)],
            env={**inherited, **variables},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_until_healthy()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        self.api = self.api_client(API_KEY)

    def api_client(self, key: str) -> cent.Client:
        """The official client of the server API, with this key."""
        return cent.Client(self.api_url, key, session=direct_session())

    def stop(self) -> None:
        """Asks the process to end and waits until it has."""
        self._process.terminate()
        try:
            self._process.wait(STOPPED_WITHIN_SECONDS)
        finally:
            self._process.kill()
            self._output.close()

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not _healthy(self.port):
            status = self._process.poll()
            if status is not None:
                raise RuntimeError(f"the server ended with status {status}\n{self._tail()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server gave no answer on /health in time\n{self._tail()}")
            time.sleep(0.02)

    def _tail(self) -> str:
        self._output.seek(0)
        return self._output.read()[-OUTPUT_SHOWN_BYTES:].decode(errors="replace")


def direct_session() -> requests.Session:
    """An HTTP session that goes past any proxy of the environment, as the server is on this machine."""
    session = requests.Session()
    session.trust_env = False
    return session


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _healthy(port: int) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/health", timeout=1) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
