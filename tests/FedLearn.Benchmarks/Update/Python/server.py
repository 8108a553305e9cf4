"""The yardstick of the Python row: a grpcio + numpy server that streams, hashes, writes, syncs and folds updates as they come.

argv: the folder of the stubs, the folder for updates, the number of parameters, the most clients at once, the folder of certificate
and key or "". The fold is the weighted sum in float64, chunk by chunk in order of arrival. Ends with its input.
"""
import hashlib
import os
import sys
import threading
from concurrent import futures

import grpc
import numpy

sys.path.insert(0, sys.argv[1])
from fedlearn.v1 import federation_pb2, federation_pb2_grpc  # noqa: E402

FOLDER, PARAMETERS, CLIENTS, CERTIFICATE = sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]


class Server(federation_pb2_grpc.FederationServicer):
    def __init__(self):
        self.gate = threading.Lock()
        self.headers = {}
        self.sum = numpy.zeros(PARAMETERS, dtype=numpy.float64)

    def OpenUpdate(self, request, context):
        with self.gate:
            name = str(len(self.headers))
            self.headers[name] = request.header
        return federation_pb2.OpenUpdateReply(upload=federation_pb2.Upload(upload_id=name, offset=0))

    def PushUpdate(self, requests, context):
        name = next(requests).resume.upload_id
        header, digest, path = self.headers[name], hashlib.sha256(), os.path.join(FOLDER, name)
        with open(path, "wb", buffering=0) as file:
            for message in requests:
                data = message.chunk.data
                digest.update(data)
                file.write(data)
                self.fold(message.chunk.offset // 4, numpy.frombuffer(data, dtype="<f4"), header.num_examples)
            os.fsync(file.fileno())
        digest.digest()
        os.remove(path)
        return federation_pb2.PushUpdateReply(receipt=federation_pb2.Receipt(round=header.round, num_examples=header.num_examples))

    def fold(self, first, values, weight):
        weighted = numpy.multiply(values, weight, dtype=numpy.float64)
        with self.gate:
            self.sum[first:first + len(values)] += weighted


def listen(server):
    if not CERTIFICATE:
        return server.add_insecure_port("127.0.0.1:0")
    pair = [open(os.path.join(CERTIFICATE, name), "rb").read() for name in ("server.key", "server.pem")]
    return server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([tuple(pair)]))


server = grpc.server(futures.ThreadPoolExecutor(max_workers=2 * CLIENTS))
federation_pb2_grpc.add_FederationServicer_to_server(Server(), server)
port = listen(server)
server.start()
print(f"> 127.0.0.1:{port}", flush=True)
sys.stdin.read()
server.stop(None)
