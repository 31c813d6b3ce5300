#!/usr/bin/env python3
"""usage: check_configs.py [FOLDER]

Holds configs/trackers/*.json and configs/calls/*.jsonl (or those of FOLDER) to the shapes that docs/protocol.md gives, and
calls to what a real one has: times that rise, hypotheses that end in finals. Prints every fault; exits with 1 if there is one.
"""

import json
import re
import sys
from pathlib import Path

TIERS = {"exact", "pattern", "inflected", "fuzzy", "semantic"}


def is_text(value) -> bool:
    return isinstance(value, str) and value.strip() != ""


def is_texts(value) -> bool:
    return isinstance(value, list) and all(is_text(entry) for entry in value)


def is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TRACKER_MEMBERS = {
    "id": is_text,
    "name": is_text,
    "description": lambda value: isinstance(value, str),
    "vocabulary": is_texts,
    "excludeVocabulary": is_texts,
    "patterns": is_texts,
    "categories": is_texts,
    "languages": is_texts,
    "speakers": is_texts,
    "threshold": lambda value: is_number(value) and 0 <= value <= 1,
    "tiers": lambda value: is_texts(value) and set(value) <= TIERS,
    "cooldownSeconds": lambda value: is_number(value) and value >= 0,
}

CHUNK_MEMBERS = {
    "type": lambda value: value == "transcript",
    "text": lambda value: isinstance(value, str) and len(value.encode()) <= 16 * 1024,
    "isFinal": lambda value: isinstance(value, bool),
    "endOfUtterance": lambda value: isinstance(value, bool),
    "utteranceId": lambda value: isinstance(value, str) and len(value.encode()) <= 128,
    "speaker": lambda value: isinstance(value, dict) and all(
        key in ("userId", "name", "role") and is_text(text) for key, text in value.items()),
    "seq": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "startTime": is_number,
    "endTime": is_number,
    "words": lambda value: isinstance(value, list) and all(is_timed_word(word) for word in value),
}


def is_timed_word(value) -> bool:
    return (isinstance(value, dict) and is_text(value.get("word")) and
            all(is_number(value[key]) for key in ("startTime", "endTime", "confidence") if key in value))


def faulty_members(thing, known: dict) -> list[str]:
    if not isinstance(thing, dict):
        return ["is no object"]
    return [f"member '{key}' is not known" if key not in known else f"member '{key}' has a wrong value"
            for key, value in thing.items() if key not in known or not known[key](value)]


def check_tracker(tracker) -> list[str]:
    faults = faulty_members(tracker, TRACKER_MEMBERS)
    if faults:
        return faults
    if "name" not in tracker:
        faults.append("has no name")
    if not tracker.get("vocabulary") and not tracker.get("patterns"):
        faults.append("has neither phrases nor patterns")
    for key in ("vocabulary", "excludeVocabulary", "patterns"):
        phrases = tracker.get(key, [])
        if len(set(phrases)) != len(phrases):
            faults.append(f"has a phrase twice in '{key}'")
        faults += [f"'{phrase}' holds no word" for phrase in phrases if not re.search(r"\w", phrase)]
    return faults


def check_trackers(path: Path) -> list[str]:
    try:
        trackers = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return [f"{path}: {error}"]
    if isinstance(trackers, dict):
        trackers = trackers.get("trackers")
    if not isinstance(trackers, list) or not trackers:
        return [f"{path}: must be a list of trackers"]
    faults = []
    names = set()
    for number, tracker in enumerate(trackers):
        found = check_tracker(tracker)
        name = tracker.get("name") if isinstance(tracker, dict) else None
        if is_text(name) and name in names:
            found.append("has the name of another one")
        names.add(name if is_text(name) else "")
        faults += [f"{path}: tracker {number} ({name}) {fault}" for fault in found]
    return faults


class Call:
    """What was seen of a call so far."""

    def __init__(self):
        self.last_end = 0.0
        self.last_seq = None
        self.open = {}  # (speaker, utteranceId) -> (line, what is missing to its end)

    def take(self, number: int, chunk: dict) -> list[str]:
        faults = []
        start, end = chunk.get("startTime"), chunk.get("endTime")
        if end is None:
            faults.append("has no endTime, by which it is played")
        else:
            if start is not None and start > end:
                faults.append("starts after its end")
            if end < self.last_end:
                faults.append("ends before the chunk before it")
            self.last_end = max(self.last_end, end)
        for word in chunk.get("words", []):
            if start is not None and end is not None and not start <= word.get("startTime", start) <= end:
                faults.append(f"has the word '{word['word']}' outside of its time")
        if "seq" in chunk:
            if self.last_seq is not None and chunk["seq"] <= self.last_seq:
                faults.append("has a seq that does not rise")
            self.last_seq = chunk["seq"]

        speaker = chunk.get("speaker", {})
        utterance = (speaker.get("userId") or speaker.get("name"), chunk.get("utteranceId", ""))
        if not chunk.get("isFinal", True):
            if "endOfUtterance" in chunk:
                faults.append("is a hypothesis and cannot end its utterance")
            self.open[utterance] = (number, "a hypothesis without a final")
        elif not chunk.get("endOfUtterance", True):
            self.open[utterance] = (number, "an utterance without an end")
        else:
            self.open.pop(utterance, None)
        return faults


def check_call(path: Path) -> list[str]:
    faults = []
    call = Call()
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            chunk = json.loads(line)
        except ValueError as error:
            faults.append(f"{path}:{number}: {error}")
            continue
        found = faulty_members(chunk, CHUNK_MEMBERS)
        if not found:
            found = ["has no text"] if "text" not in chunk else call.take(number, chunk)
        faults += [f"{path}:{number}: {fault}" for fault in found]
    if not lines:
        faults.append(f"{path}: is empty")
    return faults + [f"{path}:{number}: leaves {what}" for number, what in call.open.values()]


def main() -> int:
    if sys.argv[1:] in (["--help"], ["-h"]):
        print(__doc__.strip())
        return 0
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "configs"
    trackers, calls = sorted(folder.glob("trackers/*.json")), sorted(folder.glob("calls/*.jsonl"))
    faults = [fault for path in trackers for fault in check_trackers(path)]
    faults += [fault for path in calls for fault in check_call(path)]
    if not trackers or not calls:
        faults.append(f"{folder}: no tracker file or no call was found")
    for fault in faults:
        print(fault)
    print(f"{len(trackers)} tracker files and {len(calls)} calls, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
