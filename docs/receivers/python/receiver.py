"""A receiver of webhooks: WEBHOOK_SECRET=whsec_… PORT=3000 python3 docs/receivers/python/receiver.py"""
import base64
import hashlib
import hmac
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
TOLERANCE = 5 * 60
MAX_BODY = 1024 * 1024

# In earnest: a unique column in your database, written together with what the event makes you do.
seen = set()
gate = threading.Lock()


def verify(headers, body):
    event_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    mac = hmac.new(KEY, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(mac)
    given = headers.get("webhook-signature", "").encode().split(b" ")
    return any(hmac.compare_digest(expected, signature) for signature in given)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if not 0 <= length <= MAX_BODY:
            self.close_connection = True
            return self.answer(413)
        # The bytes as they came: JSON that was parsed and written again has another signature.
        body = self.rfile.read(length)
        if self.path != "/hook":
            return self.answer(404)
        if not verify(self.headers, body):
            return self.answer(401)
        event = json.loads(body)
        with gate:
            is_news = self.headers["webhook-id"] not in seen
            seen.add(self.headers["webhook-id"])
        if is_news:
            # Hand it to a queue of yours here, and answer at once.
            print(event["id"], event["type"], flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Receiver).serve_forever()
