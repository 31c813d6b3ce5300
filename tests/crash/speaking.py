"""Sessions that speak at a steady pace and keep a ledger of what they said and were told. Needs the package websockets."""

import asyncio
import dataclasses
import itertools
import json
import time

import websockets

PACE_SECONDS = 0.2
STOP_SECONDS = 30


@dataclasses.dataclass
class Said:
    """A chunk that went out, and when its hits came."""

    due: float
    tracker: str
    heard: list[float] = dataclasses.field(default_factory=list)


class Session:
    """A publisher that hears stored trackers, and its ledger of what it said and was told."""

    def __init__(self, port: int, name: str, phrases: list[tuple[str, str]]) -> None:
        self.url = f"ws://127.0.0.1:{port}/v1/streaming/{name}"
        self.name = name
        self.phrases = phrases
        self.said: dict[str, Said] = {}
        self.problems: list[str] = []

    async def speak(self, begin: float, end: asyncio.Event) -> None:
        """Speaks from `begin` on, at its pace whatever the server does, until `end`; then it stops and is told the rest."""
        try:
            async with websockets.connect(self.url, open_timeout=STOP_SECONDS) as socket:
                start = {"type": "start_request", "enableAllTrackers": True, "speaker": {"userId": self.name}}
                await socket.send(json.dumps(start))
                listener = asyncio.create_task(self._listen(socket))
                for number in itertools.count():
                    due = begin + number * PACE_SECONDS
                    if await passes(end, due - time.monotonic()) or listener.done():
                        break
                    tracker, phrase = self.phrases[number % len(self.phrases)]
                    text = f"line {number} so {phrase} again"
                    self.said[text] = Said(due, tracker)
                    await socket.send(json.dumps({"type": "transcript", "text": text}))
                if not end.is_set():
                    self.problems.append("the server has closed the socket")
                await socket.send(json.dumps({"type": "stop_request"}))
                await asyncio.wait_for(listener, STOP_SECONDS)
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            self.problems.append(repr(error))

    async def _listen(self, socket) -> None:
        is_complete = False
        async for frame in socket:
            message = json.loads(frame)
            if message["type"] == "tracker_response" and message["isFinal"]:
                self._note(message["trackers"])
            inner = message.get("message", {})
            if isinstance(inner, dict) and inner.get("type") == "error":
                self.problems.append(f"it was told {inner}")
            is_complete |= isinstance(inner, dict) and inner.get("type") == "conversation_completed"
        if not is_complete:
            self.problems.append("its conversation was not completed")

    def _note(self, trackers: list[dict]) -> None:
        now = time.monotonic()
        for tracker in trackers:
            for reference in (reference for match in tracker["matches"] for reference in match["messageRefs"]):
                said = self.said.get(reference["text"])
                if said is None or said.tracker != tracker["name"]:
                    self.problems.append(f"{tracker['name']} was heard in {reference['text']!r}")
                else:
                    said.heard.append(now)

    def lost(self) -> int:
        return sum(not said.heard for said in self.said.values())

    def doubled(self) -> int:
        return sum(len(said.heard) > 1 for said in self.said.values())


async def passes(event: asyncio.Event, seconds: float) -> bool:
    """Waits for the event, but no longer than so; whether it is set."""
    try:
        await asyncio.wait_for(event.wait(), max(seconds, 0.001))
    except TimeoutError:
        pass
    return event.is_set()
