"""A stand-in for a trading bot: serves /health, prints a line a second, needs its API key.

With a file `sick` in its directory /health answers 500.
"""

import http.server
import os
import sys
import threading
import time

if "API_KEY" not in os.environ:
    sys.exit("trading_bot: API_KEY is not set")


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known, sick = self.path == "/health", os.path.exists("sick")
        self.send_response(404 if not known else 500 if sick else 200)
        self.end_headers()
        self.wfile.write(b"ok\n" if known and not sick else b"not well\n")

    def log_message(self, *_: object) -> None:
        """One line a second is enough."""


def trade() -> None:
    number = 0
    while True:
        number += 1
        print(f"tick {number}", flush=True)
        time.sleep(1)


print(f"trading_bot: started with {' '.join(sys.argv[1:])}", flush=True)
threading.Thread(target=trade, daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Health).serve_forever()
