"""The agent of `pa demo`: a small HTTP server that says how often it was asked."""

import http.server
import sys


class Hello(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        Hello.asked += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"hello, number {Hello.asked}\n".encode())

    def log_message(self, *words):
        print(f"asked for {self.path}", flush=True)


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hello)
print(f"serving on port {server.server_port}", flush=True)
server.serve_forever()
