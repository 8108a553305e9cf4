"""A participant's upload over Debian's python3-grpcio, with stubs that protoc made: what a client in another language does.

One request per input line, as JSON; each is answered by a line that begins with "> ".
  {"draw": PARAMETERS, "seed": N}     makes the random update
  {"address": ..., "token": ..., "header": BASE64 UpdateHeader without digest, "root": PEM file or ""}     sends it
"""
import base64
import hashlib
import json
import sys

import grpc
import numpy

sys.path.insert(0, sys.argv[1])
from fedlearn.v1 import federation_pb2, federation_pb2_grpc, model_pb2  # noqa: E402

CHUNK = 256 << 10
BLOCK = 1 << 20


def draw(request):
    update = numpy.random.default_rng(request["seed"]).standard_normal(request["draw"], dtype=numpy.float32)
    update *= numpy.float32(0.01)
    data = update.tobytes()
    blocks = (hashlib.sha256(data[at:at + BLOCK]).digest() for at in range(0, len(data), BLOCK))
    return data, hashlib.sha256(b"".join(blocks)).digest()


def connect(address, root):
    if not root:
        return grpc.insecure_channel(address)
    with open(root, "rb") as pem:
        return grpc.secure_channel(address, grpc.ssl_channel_credentials(pem.read()))


def messages(upload, data):
    yield federation_pb2.PushUpdateRequest(resume=federation_pb2.Upload(upload_id=upload.upload_id, offset=upload.offset))
    for at in range(upload.offset, len(data), CHUNK):
        yield federation_pb2.PushUpdateRequest(chunk=model_pb2.Chunk(offset=at, data=data[at:at + CHUNK]))


def push(stub, request, data, digest):
    header = federation_pb2.UpdateHeader.FromString(base64.b64decode(request["header"]))
    header.parts[0].digest = digest
    metadata = (("authorization", request["token"]),)
    opened = stub.OpenUpdate(federation_pb2.OpenUpdateRequest(header=header), metadata=metadata)
    reply = stub.PushUpdate(messages(opened.upload, data), metadata=metadata)
    return reply.receipt.num_examples


def main():
    data, digest, stubs = b"", b"", {}
    for line in sys.stdin:
        request = json.loads(line)
        if "draw" in request:
            data, digest = draw(request)
            print("> drawn", flush=True)
            continue
        address = request["address"]
        if address not in stubs:
            stubs[address] = federation_pb2_grpc.FederationStub(connect(address, request["root"]))
        print(">", push(stubs[address], request, data, digest), flush=True)


print("> ready", flush=True)
main()
