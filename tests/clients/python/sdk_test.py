"""The unmodified Python SDK, each application in a process of its own."""

import json
import sys
from pathlib import Path

from harness import Application, equal, run

APPLICATION = str(Path(__file__).with_name("sdk_application.py"))


def application(*arguments: str) -> Application:
    return Application(sys.executable, APPLICATION, *arguments)


def chunk(text: str, **members) -> str:
    return json.dumps({"type": "transcript", "text": text, **members})


def is_callback(event: dict, kind: str) -> bool:
    return event.get("callback", {}).get("type") == kind


def is_platform(event: dict, kind: str) -> bool:
    return is_callback(event, "message") and event["callback"]["message"]["type"] == kind


def wait_for(app: Application, kind: str) -> dict:
    return app.wait(kind, lambda event: is_callback(event, kind))["callback"]


def wait_for_platform(app: Application, kind: str) -> dict:
    return app.wait(kind, lambda event: is_platform(event, kind))["callback"]["message"]


def check_price_hit(app: Application) -> None:
    [message] = wait_for(app, "message_response")["messages"]
    response = wait_for(app, "tracker_response")
    equal(response["isFinal"], True)
    [tracker] = response["trackers"]
    equal(tracker["name"], "Pricing")
    equal([match["value"] for match in tracker["matches"]], ["what is the price"])
    equal(tracker["matches"][0]["messageRefs"][0]["id"], message["id"])
    equal(tracker["matches"][0]["messageRefs"][0]["offset"], 4)


def publishes() -> None:
    """python: callbacks get messages and hits, the SDK knows the conversation"""
    with application("publish") as app:
        app.write(chunk("And what is the price?"))
        check_price_hit(app)
        app.close_input()
        conversation = app.wait("conversationId", lambda event: "conversationId" in event)["conversationId"]
        completed = wait_for_platform(app, "conversation_completed")
        assert conversation
        equal(completed["data"]["conversationId"], conversation)


def ends_by_itself() -> None:
    """python: the stop in single quotes is understood, the server closes, the process ends by itself"""
    with application("publish") as app:
        app.close_input()
        wait_for_platform(app, "recognition_stopped")
        equal(app.exit_code(), 0)


def ends_an_open_utterance() -> None:
    """python: a stop commits what is still a hypothesis, and its hit is told before the end"""
    with application("publish") as app:
        app.write(chunk("and what is the price", isFinal=False))
        app.close_input()
        check_price_hit(app)
        wait_for_platform(app, "conversation_completed")
        equal(app.exit_code(), 0)


def audio_is_refused_once() -> None:
    """python: audio without a recogniser is told once and harms nothing"""
    with application("publish") as app:
        app.write(chunk("And what is the price?"))
        app.close_input()
        wait_for_platform(app, "recognition_stopped")
        errors = [event["callback"]["message"]["code"] for event in app.seen if is_platform(event, "error")]
        equal(errors, ["no_recognizer"])
        check_price_hit(app)


def listens() -> None:
    """python: a subscriber hears all of it, its stop is ignored, and it ends with the conversation"""
    with application("publish") as app:
        connection_id = app.wait("connectionId", lambda event: "connectionId" in event)["connectionId"]
        with application("listen", connection_id) as listener:
            created = wait_for_platform(listener, "conversation_created")
            app.write(chunk("And what is the price?"))
            app.close_input()
            check_price_hit(listener)
            completed = wait_for_platform(listener, "conversation_completed")
            equal(completed["conversationId"], created["data"]["conversationId"])
            listener.wait("the end", lambda event: "ended" in event)
            equal(listener.exit_code(), 0)
        equal(app.exit_code(), 0)


if __name__ == "__main__":
    run([publishes, ends_by_itself, ends_an_open_utterance, audio_is_refused_once, listens])
