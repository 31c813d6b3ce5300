"""usage: sdk_application.py publish | sdk_application.py listen CONNECTION_ID

An application on the unmodified Python SDK. It prints what its callbacks are given, an object a line.

  publish  starts a conversation without a speaker, sends two frames of silence and then each line of its input; stops at its end.
           Nothing ends the process but the end of the SDK's thread.
  listen   subscribes to a connection, and sends a stop message there, which means nothing to the server
"""

import importlib
import json
import os
import sys

# The SDK looks at its socket right after it has started the thread that makes it: let that thread get there first.
sys.setswitchinterval(1)

import symbl
import symbl_rest

BASE = os.environ["SERVER_URL"]
CREDENTIALS = {"app_id": "any", "app_secret": "any"}
TRACKERS = [{"name": "Pricing", "vocabulary": ["how much does it cost", "what is the price"]}]


def point_to(base: str) -> None:
    """The SDK has its addresses in three places; packages hide two of the modules behind classes of the same name."""
    configuration = symbl_rest.Configuration()
    configuration.host = base
    symbl_rest.Configuration.set_default(configuration)
    sockets = base.replace("http", "ws", 1)
    streaming = importlib.import_module("symbl.streaming_api.StreamingApi")
    streaming.SYMBL_STREAMING_API_FORMAT = streaming.SYMBL_STREAMING_API_FORMAT.replace("wss://api.symbl.ai", sockets)
    listening = sys.modules["symbl.Connection"]
    listening.SYMBL_WEBSOCKET_BASE_PATH = listening.SYMBL_WEBSOCKET_BASE_PATH.replace("wss://api.symbl.ai", sockets)


def show(**members) -> None:
    print(json.dumps(members), flush=True)


def publish() -> None:
    connection = symbl.Streaming.start_connection(credentials=CREDENTIALS, trackers=TRACKERS)
    show(connectionId=connection.connectionId)
    types = ("message", "message_response", "tracker_response")
    connection.subscribe({kind: lambda data: show(callback=data) for kind in types})
    for _ in range(2):
        connection.send_audio(bytes(2 * 4096))
    for line in sys.stdin:
        connection.connection.send(line.strip())
    show(conversationId=connection.conversation.get_conversation_id())
    connection.stop()


def listen(connection_id: str) -> None:
    listener = symbl.Connection(None, connection_id, None, None, credentials=CREDENTIALS)
    stops = []

    def on_event(text: str) -> None:  # here the SDK hands over the text
        if not stops:
            stops.append(str({"type": "stop_request"}))
            listener.connection.send(stops[0])
        show(callback=json.loads(text))

    listener.subscribe({kind: on_event for kind in ("message", "message_response", "tracker_response")})
    show(ended=True)


if __name__ == "__main__":
    point_to(BASE)
    if sys.argv[1] == "publish":
        publish()
    else:
        listen(sys.argv[2])
