import json
from websockets.sync.client import connect

with connect("ws://127.0.0.1:8080/v1/streaming/call-with-python") as socket:
    socket.send(json.dumps({
        "type": "start_request",
        "speaker": {"userId": "ann@example.com", "name": "Ann"},
        "trackers": [{"name": "Pricing", "vocabulary": ["how much does it cost", "what is the price"]}],
    }))
    for text in ["Hello, this is Ann.", "So, how much does it cost?"]:
        socket.send(json.dumps({"type": "transcript", "text": text}))
    socket.send(json.dumps({"type": "stop_request"}))
    for frame in socket:  # until the server closes
        for tracker in json.loads(frame).get("trackers", []):
            for match in tracker["matches"]:
                print(f'{tracker["name"]}: "{match["value"]}" in "{match["messageRefs"][0]["text"]}"')
