"""Stand-ins for Mawa's own programs, quick to load. Each has a child in a session of its own, as servers do."""

import http.server
import os
import subprocess
import sys
import time


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers 200 to everything and says nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def prepare() -> None:
    sys.stdout.write("demo account\n")
    sys.stdout.flush()
    time.sleep(float(os.environ.get("PREPARE_TAKES", "0")))
    sys.exit(int(os.environ.get("PREPARE_ENDS_WITH", "0")))


def main(word: str, *words: str) -> None:
    if word == "prepare":
        prepare()
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", f"child of {word}"], start_new_session=True)
    if word == "web":
        http.server.ThreadingHTTPServer(("127.0.0.1", int(words[1])), Answer).serve_forever()
    time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])
