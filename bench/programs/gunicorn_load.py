"""Starts gunicorn with its application loaded beforehand, asks it for a while, and ends it."""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def ask(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(REQUEST)
        answer = b""
        while part := connection.recv(4096):
            answer += part
    assert b"200 OK" in answer, answer


def ask_often(path):
    for _ in range(10):
        ask(path)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "socket")
    words = ["--preload", "--workers", "4", "--bind", f"unix:{path}", "--log-level", "error"]
    here = os.path.dirname(os.path.abspath(__file__))
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *words, "--chdir", here, "gunicorn_app:app"]
    )
    while not os.path.exists(path):
        assert server.poll() is None, "gunicorn has ended"
        time.sleep(0.02)
    clients = [threading.Thread(target=ask_often, args=(path,)) for _ in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    server.send_signal(signal.SIGTERM)
    server.wait()
