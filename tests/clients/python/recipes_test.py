"""The recipes of docs/recipes, with recordings in place of the recognisers' services."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from websockets.sync.server import serve

from harness import BASE, DEADLINE_SECONDS, equal, run

ROOT = Path(__file__).resolve().parents[3]
KEY = "a-key-of-the-test"


class FakeDeepgram:
    """Takes audio as Deepgram's live endpoint does, and answers with recorded events whatever was said."""

    def __init__(self, recording: Path) -> None:
        self.events = recording.read_text(encoding="utf-8").splitlines()
        self.audio = 0
        self.keys: list[str] = []
        self.server = serve(self._answer, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}/v1/listen?model=nova-3"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _answer(self, socket) -> None:
        self.keys.append(socket.request.headers.get("Authorization", ""))
        closing = [event for event in self.events if json.loads(event)["type"] == "Metadata"]
        for frame in socket:
            if isinstance(frame, bytes):
                if not self.audio:
                    for event in self.events:
                        if event not in closing:
                            socket.send(event)
                self.audio += len(frame)
            elif json.loads(frame)["type"] == "CloseStream":
                for event in closing:
                    socket.send(event)
                return

    def __enter__(self) -> "FakeDeepgram":
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()


def deepgram() -> None:
    """recipe: Deepgram's events go to the server as they are, and hits come out"""
    audio = bytes(10 * 3200 + 100)
    with FakeDeepgram(ROOT / "tests/clients/recordings/deepgram.jsonl") as service:
        environment = {
            "DEEPGRAM_API_KEY": KEY,
            "DEEPGRAM_URL": service.url,
            "EARSHOT": BASE.replace("http", "ws", 1) + "/v1/streaming/recipe-deepgram",
        }
        done = subprocess.run(
            [sys.executable, str(ROOT / "docs/recipes/deepgram_to_earshot.py")],
            input=audio, capture_output=True, timeout=DEADLINE_SECONDS, env=os.environ | environment,
        )

    output = done.stdout.decode(), done.stderr.decode(), done.returncode
    expected = [
        "heard Pricing 'how much does it cost'",
        "confirmed Pricing 'how much does it cost'",
        "heard Refund 'offer you a refund'",  # a hypothesis that becomes a refurbished phone
        "heard Refund 'money back'",
        "confirmed Refund 'money back'",
    ]
    equal(output, ("".join(line + "\n" for line in expected), "", 0))
    equal(service.keys, [f"Token {KEY}"])
    equal(service.audio, len(audio))


if __name__ == "__main__":
    run([deepgram])
