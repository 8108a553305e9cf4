"""A TCP proxy that counts bytes, and breaks connections where a test says so."""
from __future__ import annotations

import socket
import threading
from typing import Optional

UP, DOWN = "up", "down"


class Proxy:
    """Forwards to a port of this machine. `cut`: breaks the connection, once, on which so many bytes have gone one way."""

    def __init__(self, port: int = 0) -> None:
        self._target = port
        self.moved = {UP: 0, DOWN: 0}
        self.cuts = 0
        self._cut: "Optional[tuple[str, int]]" = None
        self._turn = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def to(self, port: int) -> "Proxy":
        self._target = port
        return self

    def cut(self, way: str, after: int) -> None:
        self._cut = (way, after)

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                near.close()
                continue
            for way, source, target in ((UP, near, far), (DOWN, far, near)):
                threading.Thread(target=self._pump, args=(way, source, target), daemon=True).start()

    def _pump(self, way: str, source: socket.socket, target: socket.socket) -> None:
        own = 0
        try:
            while True:
                data = source.recv(1 << 16)
                if not data:
                    break
                own += len(data)
                if self._takes_cut(way, own):
                    break
                target.sendall(data)
                with self._turn:
                    self.moved[way] += len(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _takes_cut(self, way: str, own: int) -> bool:
        with self._turn:
            if self._cut is None or self._cut[0] != way or own < self._cut[1]:
                return False
            self._cut, self.cuts = None, self.cuts + 1
            return True
