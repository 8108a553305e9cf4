"""Makes the protocol's stubs from protos/ while the package is built: `fedlearn/v1/*_pb2.py`, committed nowhere."""
import pathlib
import shutil
import subprocess

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
PACKAGED = HERE / "protos"  # in a source distribution
REPOSITORY = HERE.parent.parent / "protos"
FILES = ["fedlearn/v1/model.proto", "fedlearn/v1/log.proto", "fedlearn/v1/federation.proto", "fedlearn/v1/identity.proto"]


def proto_root() -> pathlib.Path:
    for root in (REPOSITORY, PACKAGED):
        if all((root / file).is_file() for file in FILES):
            return root
    raise SystemExit(f"no protos: expected {FILES} in {REPOSITORY} or {PACKAGED}")


def make_stubs(target: pathlib.Path) -> None:
    """Writes the modules of FILES below a folder; the folder of a package named as the protos' own is where their imports lead."""
    root = proto_root()
    arguments = [f"-I{root}", f"--python_out={target}", f"--pyi_out={target}", f"--grpc_python_out={target}", *FILES]
    plugin = shutil.which("grpc_python_plugin")
    if shutil.which("protoc") and plugin:
        subprocess.run(["protoc", f"--plugin=protoc-gen-grpc_python={plugin}", *arguments], check=True)
        return
    try:
        from grpc_tools import protoc
    except ImportError:
        raise SystemExit("the stubs need protoc and grpc_python_plugin (Debian: protobuf-compiler, protobuf-compiler-grpc) or grpcio-tools") from None
    if protoc.main(["protoc", *arguments]) != 0:
        raise SystemExit("protoc failed")


class BuildWithStubs(build_py):
    def run(self) -> None:
        super().run()
        target = HERE if getattr(self, "editable_mode", False) else pathlib.Path(self.build_lib)
        make_stubs(target)


class SdistWithProtos(sdist):
    def make_release_tree(self, base_dir: str, files: list) -> None:
        super().make_release_tree(base_dir, files)
        root = proto_root()
        for file in FILES:
            place = pathlib.Path(base_dir) / "protos" / file
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / file, place)


setup(cmdclass={"build_py": BuildWithStubs, "sdist": SdistWithProtos})
