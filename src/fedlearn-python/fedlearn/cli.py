"""`fedlearn-worker-py`: takes part with a trainer that is named by its import path, or takes an invitation."""
from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import pathlib
import signal
import sys
from typing import Any, List, Optional

from .client import Client
from .errors import FederationError
from .identity.enrol import enrol
from .policy import Policy
from .vault.keys import KeyFile, KeySource, Passphrase


def main(arguments: Optional[List[str]] = None) -> int:
    """Exit codes as of `fedlearn` (docs/cli.md): 0 done, 1 it failed, 2 a mistake on the command line."""
    given = sys.argv[1:] if arguments is None else arguments
    logging.basicConfig(format="%(asctime)s %(levelname)-7s %(message)s", level=os.environ.get("FEDLEARN_LOG_LEVEL", "INFO"), stream=sys.stderr)
    try:
        return _enrol(given[1:]) if given[:1] == ["enrol"] else _work(given)
    except (FederationError, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1


def _enrol(given: List[str]) -> int:
    parser = argparse.ArgumentParser("fedlearn-worker-py enrol", description="Takes an invitation: makes a key on this machine and gets a certificate for it.")
    parser.add_argument("invitation", help="the operator's word, the name of a file with it, or - for standard input")
    parser.add_argument("--state", required=True, help="the worker's state folder; key and certificate are kept in its folder 'identity'")
    options = parser.parse_args(given)
    word = options.invitation
    if word == "-":
        word = sys.stdin.read()
    elif pathlib.Path(word).is_file():
        word = pathlib.Path(word).read_text()
    identity = enrol(word, pathlib.Path(options.state) / "identity")
    print(f"enrolled as fedlearn://{'/'.join(identity.name)}, valid until {identity.not_after}; coordinator {identity.address}")
    return 0


def _work(given: List[str]) -> int:
    options = _parser().parse_args(given)
    trainer, key = _trainer(options), _key(options)
    identity = options.identity or (os.path.join(options.state, "identity") if os.path.exists(os.path.join(options.state, "identity", "client.pem")) else None)
    client = Client(
        options.coordinator, identity=identity, client_id=options.id, state=options.state, key=key, trust=options.trust,
        policy=Policy(runs=options.serve, minimum_cohort=options.minimum_cohort, max_parameters=options.max_parameters),
        max_steps=options.max_steps, max_seconds=options.max_seconds, evaluate_only=options.evaluate_only,
        report_label_counts=options.report_label_counts, data_version=options.data_version, exit_when_done=options.exit_when_done)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: client.stop())
    client.run(trainer)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "fedlearn-worker-py", description="Takes part in a federation with a trainer of your own, until stopped. `fedlearn-worker-py enrol INVITATION` comes first.",
        epilog="example: fedlearn-worker-py --trainer mnist:Digits --with data=shard.npz --state state --key-file state.key --serve digits")
    add = parser.add_argument
    add("--trainer", required=True, metavar="MODULE:CLASS", help="the trainer's import path; the current folder is looked in too")
    add("--with", dest="values", action="append", default=[], metavar="NAME=VALUE", help="an argument of the trainer's constructor: JSON, or text where it is none; may be given several times")
    add("--state", required=True, metavar="DIR", help="the worker's state folder; its folder 'identity' is used where it exists")
    add("--key-file", metavar="FILE", help="what the state is sealed under: 32 random bytes that only you may read; made where it does not exist")
    add("--passphrase-file", metavar="FILE", help="in its place a passphrase: the first line of a file that only you may read")
    add("--serve", action="append", default=[], metavar="NAME", help="the runs that this participant agrees to; * stands for any text; may be given several times")
    add("--minimum-cohort", type=int, default=2, metavar="N", help="the fewest clients of a round (default 2)")
    add("--max-parameters", type=int, default=0, metavar="N", help="the largest model; 0 = any")
    add("--identity", metavar="DIR", help="the identity, where it is not in the state folder")
    add("--coordinator", metavar="URL", help="the coordinator, where it is not the identity's")
    add("--id", metavar="ID", help="the client's id, for a coordinator with --insecure")
    add("--trust", metavar="PEM", help="the certificates to trust in place of the identity's root")
    add("--max-steps", type=int, default=0, metavar="N", help="the most optimizer steps of a round; 0 = what the run says")
    add("--max-seconds", type=float, default=0.0, metavar="X", help="the most seconds of training in a round; 0 = what the run says")
    add("--evaluate-only", action="store_true", help="judge versions, and never train")
    add("--report-label-counts", action="store_true", help="tell how many training examples have each label")
    add("--data-version", default="", metavar="NAME", help="the public name of the data set version that is used")
    add("--exit-when-done", action="store_true", help="end once no run is open any more")
    return parser


def _trainer(options: argparse.Namespace) -> Any:
    module, _, name = options.trainer.partition(":")
    sys.path.insert(0, os.getcwd())
    values = {}
    for text in options.values:
        key, _, value = text.partition("=")
        try:
            values[key] = json.loads(value)
        except ValueError:
            values[key] = value
    try:
        return getattr(importlib.import_module(module), name)(**values)
    except (ImportError, AttributeError, TypeError, ValueError) as fault:
        raise FederationError(f"--trainer {options.trainer}: {type(fault).__name__}: {fault}; expected MODULE:CLASS, and with --with what its constructor takes") from fault


def _key(options: argparse.Namespace) -> KeySource:
    if (options.key_file is None) == (options.passphrase_file is None):
        raise FederationError("expected one of --key-file and --passphrase-file")
    return KeyFile(options.key_file) if options.key_file else Passphrase.from_file(options.passphrase_file)


if __name__ == "__main__":
    sys.exit(main())
