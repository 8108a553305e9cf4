"""What protoc makes of protos/fedlearn/v1 while the package is built."""
