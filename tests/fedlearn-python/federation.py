"""A real coordinator on loopback, and workers in processes of their own, for the end-to-end tests."""
from __future__ import annotations

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
from typing import Any, Callable, Dict, List, Optional

FEDLEARN = os.environ.get("FEDLEARN_CLI", "")
HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 60


def wait_until(holds: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    """Looks until something holds; the processes looked at are others, so there is nothing to be told by."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


class Process:
    """A process with its output in a file."""

    def __init__(self, name: str, log: pathlib.Path, *command: str, **environment: str) -> None:
        self.name, self.log = name, log
        self._output = open(log, "ab")
        self._process = subprocess.Popen(command, stdout=self._output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env={**os.environ, **environment})

    @property
    def output(self) -> str:
        return self.log.read_text()

    def says(self, text: str, seconds: float = SECONDS, times: int = 1) -> None:
        def found() -> bool:
            said = self.output.count(text) >= times
            assert said or self._process.poll() is None, f"{self.name} ended with {self._process.returncode} before it said '{text}':\n{self.output}"
            return said

        try:
            wait_until(found, f"{self.name} to say '{text}'", seconds)
        except AssertionError as fault:
            raise AssertionError(f"{fault}\n{self.output}") from None

    def ends(self, seconds: float = SECONDS) -> int:
        return self._process.wait(seconds)

    def kill(self, with_signal: int = signal.SIGKILL) -> None:
        if self._process.poll() is None:
            self._process.send_signal(with_signal)
            self._process.wait(20)
        self._output.close()


class Federation:
    """A coordinator in a folder of its own; everything that was started ends with it."""

    def __init__(self, folder: pathlib.Path, *options: str) -> None:
        self.folder, self._options = folder, options
        self._insecure = "--insecure" in options
        self._started: List[Process] = []
        self._ports: Dict[str, str] = {}
        self.coordinator = self.start()

    def start(self) -> Process:
        """Starts the coordinator, at the second time on the same ports."""
        log = self.folder / f"coordinator-{len(self._started)}.log"
        scheme = "http" if self._insecure else "https"
        addresses = [f"--listen={self._ports.get('listen', f'{scheme}://127.0.0.1:0')}"]
        if not self._insecure:
            addresses.append(f"--enrolment={self._ports.get('enrolment', 'https://127.0.0.1:0')}")
        self.coordinator = self._add(Process(
            "coordinator", log, FEDLEARN, "coordinator", "--data", str(self.data), "--plain-log", "--operations=http://127.0.0.1:0", *addresses, *self._options))
        self.coordinator.says("serves participants")
        if not self._ports:
            self._ports = {"listen": re.findall(rf"{scheme}://127\.0\.0\.1:\d+", self.coordinator.output)[0]}
            if not self._insecure:
                wait_until(lambda: (self.data / "operator.address").exists(), "the operators' address")
                self._ports["enrolment"] = (self.data / "operator.address").read_text().strip()
        return self.coordinator

    @property
    def data(self) -> pathlib.Path:
        return self.folder / "coordinator"

    @property
    def address(self) -> str:
        return self._ports["listen"]

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def cli(self, *arguments: str, check: bool = True) -> str:
        """The output of a `fedlearn` command, as an operator where it asks for one."""
        if self._insecure and arguments[0] in ("run", "model", "client"):
            arguments = (*arguments, "--coordinator", self.address)
        done = subprocess.run([FEDLEARN, *arguments], capture_output=True, text=True, timeout=SECONDS, env={**os.environ, "FEDLEARN_TOKEN_FILE": str(self.data / "operator.token")})
        assert not check or done.returncode == 0, f"fedlearn {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + ("" if check else done.stderr)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.cli(*arguments, "--json"))

    def invite(self, client: str) -> str:
        return self.cli("pki", "invite", client).strip().splitlines()[0].strip()

    def enrol(self, client: str) -> pathlib.Path:
        """The state folder of a client that the Python client has enrolled."""
        from fedlearn import enrol

        state = self.folder / client
        enrol(self.invite(client), state / "identity")
        return state

    def create_run(self, spec: Dict[str, Any], initial: Optional[pathlib.Path] = None) -> str:
        path = self.folder / f"{spec['name']}.json"
        path.write_text(json.dumps(spec))
        more = ["--initial", str(initial)] if initial else []
        self.cli("run", "create", str(path), *more)
        return next(run for run in self.runs() if run["name"] == spec["name"])["runId"]

    def runs(self) -> Any:
        return self.json("run", "ls")

    def python_worker(self, client: str, trainer: str, run: str, *options: str, state: Optional[pathlib.Path] = None, **environment: str) -> Process:
        state = state or self.folder / client
        log = self.folder / f"{client}-{len(self._started)}.log"
        path = os.pathsep.join([str(HERE), str(HERE.parent.parent / "samples" / "python"), environment.pop("PYTHONPATH", "")])
        return self._add(Process(
            client, log, sys.executable, "-m", "fedlearn.cli", "--trainer", trainer, "--state", str(state), "--key-file", f"{state}.key", "--serve", run, *options,
            PYTHONPATH=path, **environment))

    def worker(self, client: str, run: str, vault: pathlib.Path, key: "pathlib.Path | str", enrolled: bool = False) -> Process:
        """A C# worker on a vault."""
        state = self.folder / client if enrolled else self.enrol(client)
        return self._add(Process(client, self.folder / f"{client}-csharp-{len(self._started)}.log", FEDLEARN, "worker", "--vault", str(vault), "--key-file", str(key), "--state", str(state), "--serve", run))

    def model(self, run_id: str, version: Optional[int] = None) -> Any:
        """A published version's tensors by name."""
        from fedlearn import safetensors

        path = self.folder / f"{run_id}.{version}.safetensors"
        path.unlink(missing_ok=True)
        self.cli("model", "get", run_id, "--output", str(path), *([] if version is None else ["--version", str(version)]))
        return safetensors.load(path)

    def wait_for_end(self, run_id: str, seconds: float = SECONDS) -> Any:
        """The run once it is over, with its rounds. The coordinator's log is looked at first: a command is a process, and dear to ask again and again."""
        name = run_id.rsplit("-", 1)[0]
        wait_until(lambda: any(f"Run {name} is over" in log.read_text() for log in self.folder.glob("coordinator-*.log")), f"the end of {run_id}", seconds)

        def ended() -> Any:
            shown = self.json("run", "show", run_id)
            return shown if shown["status"] != "open" else None

        return wait_until(ended, f"the end of {run_id}", seconds)

    def close(self) -> None:
        for process in reversed(self._started):
            process.kill()

    def _add(self, process: Process) -> Process:
        self._started.append(process)
        return process
