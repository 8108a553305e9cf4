"""The client: options in, a participant's life out."""
from __future__ import annotations

import datetime
import logging
import pathlib
import re
import threading
from typing import Any, Callable, List, Optional, Sequence, Union

from .errors import FederationError, VaultError
from .identity.folder import Identity
from .policy import Policy
from .session.admission import Admission
from .session.session import Session
from .transport.link import Link
from .v1 import federation_pb2 as pb
from .vault.keys import KeyFile, KeySource, PathText
from .vault.store import SealedStore
from .version import VERSION

log = logging.getLogger("fedlearn")


class Client:
    """A participant of a federation.

        Client(identity="state/identity", state="state", key="state.key", serve=["digits"]).run(MyTrainer())

    identity: the folder that `fedlearn enrol` or `fedlearn-worker-py enrol` has made. It has the id, the coordinator's address, and the only root that is
        trusted then. None: a coordinator on loopback that serves without TLS (`--insecure`), by `client_id` and token.
    coordinator: its address for participants, https://HOST:PORT. Default: the identity's.
    client_id: [a-z0-9-]{1,63}. Default: the identity's.
    state: the folder where the worker keeps what must survive it, sealed: updates until their receipt, the coordinator's key, what it has verified.
    key: what that is sealed under: the name of a key file (32 random bytes; made where it does not exist), or a KeySource.
    serve: the names of the runs that this participant agrees to; `*` stands for any text.
    policy: in the place of `serve`, all that a participant may ask of a run.
    trust: a PEM file with the certificates to trust instead of the identity's root, or the system's.
    max_steps, max_seconds: the most that a round may cost here; 0 = what the run says.
    evaluate_only: never trains; asked to evaluate each version that is evaluated.
    report_label_counts: tells how many training examples have each label (the trainer's `label_counts`).
    data_version: the public name of the data set version that is used; optional.
    max_concurrent: how many assignments are worked on at once, 1 to 64.
    exit_when_done: `run` returns once no run is open any more.
    on_receipt: called with each receipt (a protobuf message), once it is kept.
    """

    def __init__(self, coordinator: Optional[str] = None, *, identity: Optional[PathText] = None, client_id: Optional[str] = None, state: PathText = "state",
                 key: Union[PathText, KeySource], serve: Sequence[str] = (), policy: Optional[Policy] = None, trust: Optional[PathText] = None,
                 max_steps: int = 0, max_seconds: float = 0.0, evaluate_only: bool = False, report_label_counts: bool = False, data_version: str = "",
                 max_concurrent: int = 1, exit_when_done: bool = False, on_receipt: "Optional[Callable[[pb.Receipt], None]]" = None) -> None:
        self._identity_folder = None if identity is None else pathlib.Path(identity)
        self._identity = None if self._identity_folder is None else _open(self._identity_folder, client_id)
        self._coordinator = coordinator or (self._identity.address if self._identity else "http://127.0.0.1:7070")
        self._client_id = client_id or (self._identity.client_id if self._identity else "")
        self._state, self._key = pathlib.Path(state), key if isinstance(key, KeySource) else KeyFile(key)
        self._policy = policy or Policy(runs=tuple(serve))
        self._limits = (max_steps, max_seconds)
        self._evaluate_only, self._report_label_counts, self._data_version = evaluate_only, report_label_counts, data_version
        self._max_concurrent, self._exit_when_done, self._on_receipt = max_concurrent, exit_when_done, on_receipt
        self._session: Optional[Session] = None
        self._stopped = threading.Event()
        mistakes = [*self._policy.mistakes(), *self._mistakes()]
        if mistakes:
            raise FederationError("the worker's options have mistakes:\n" + "\n".join(mistakes))
        try:
            self._trust = None if trust is None else pathlib.Path(trust).read_bytes()
        except OSError as fault:
            raise FederationError(f"trust: {fault}") from None

    def run(self, *trainers: Any) -> None:
        """Takes part until `stop` is called, with one trainer for each model kind. FederationError: only a person can help."""
        if not trainers or not all(callable(getattr(t, name, None)) for t in trainers for name in ("fit", "evaluate")):
            raise FederationError("trainers: expected at least one object with the methods fit and evaluate")
        admission = Admission(self._client_id, trainers, self._policy, self._evaluate_only, self._report_label_counts, *self._limits)
        store = self._open_store()
        link = Link(self._coordinator, self._identity, self._trust, self._identity_folder and self._identity_folder / "client.pem")
        try:
            self._session = Session(link, store, self._state, admission, f"fedlearn-python/{VERSION}", self._data_version, self._identity_folder,
                                    self._max_concurrent, self._exit_when_done, self._on_receipt)
            if not self._stopped.is_set():
                self._session.run()
        finally:
            link.close()
            store.close()

    def stop(self) -> None:
        """Ends `run`, from any thread or a signal's handler; a finished update stays sealed and is delivered at the next start."""
        self._stopped.set()
        if self._session is not None:
            # In a thread of its own: a signal's handler runs in the middle of whatever the main thread does, locks in hand.
            threading.Thread(target=self._session.stop, daemon=True).start()

    def _open_store(self) -> SealedStore:
        try:
            return SealedStore(self._state, self._key)
        except (VaultError, OSError) as fault:
            raise FederationError(f"cannot use the state folder {self._state}: {fault}") from None

    def _mistakes(self) -> List[str]:
        found = []
        if not re.fullmatch("[a-z0-9-]{1,63}", self._client_id):
            found.append(f"client_id: expected 1 to 63 characters of a-z, 0-9 and -, got '{self._client_id}'")
        if not 1 <= self._max_concurrent <= 64:
            found.append(f"max_concurrent: expected 1 to 64, got {self._max_concurrent}")
        if self._limits[0] < 0 or not self._limits[1] >= 0:
            found.append(f"max_steps, max_seconds: expected 0 (no limit) or more, got {self._limits[0]} and {self._limits[1]}")
        if self._identity and not self._coordinator.startswith("https://"):
            found.append(f"coordinator: expected https://HOST:PORT with an identity, got '{self._coordinator}'")
        return found


def _open(folder: pathlib.Path, client_id: Optional[str]) -> Identity:
    identity = Identity.load(folder)
    if client_id not in (None, identity.client_id):
        raise FederationError(f"the identity in {folder} is that of '{identity.client_id}', and not of '{client_id}'; leave the id out, or use the other's identity")
    if identity.not_after <= datetime.datetime.now(datetime.timezone.utc):
        raise FederationError(f"the certificate of '{identity.client_id}' expired at {identity.not_after}; ask the operator for an invitation, and enrol again")
    return identity
