"""An application with data that its workers have from their parent."""
import time

table = {number: str(number) * 4 for number in range(1_000_000)}


def app(environ, start_response):
    own = [value.upper() for value in list(table.values())[:200_000]]
    time.sleep(0.05)
    body = str(len(own)).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
