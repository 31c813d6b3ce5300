"""usage: DEEPGRAM_API_KEY=… deepgram_to_earshot.py < AUDIO    (16-bit samples, 16 kHz, mono; needs websockets 14 or newer)"""
import asyncio, json, os, sys
from websockets.asyncio.client import connect

DEEPGRAM = os.environ.get("DEEPGRAM_URL", "wss://api.deepgram.com/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000"
                                          "&interim_results=true&smart_format=true&endpointing=300&vad_events=true")
EARSHOT = os.environ.get("EARSHOT", "ws://127.0.0.1:8080/v1/streaming/deepgram-call")
START = {"type": "start_request", "speaker": {"userId": "caller"},
         "trackers": [{"name": "Pricing", "vocabulary": ["how much does it cost", "what is the price"]},
                      {"name": "Refund", "vocabulary": ["offer you a refund", "money back"]}],
         "config": {"transcriptFormat": "deepgram", "trackers": {"interimResults": True}}}

async def send_audio(deepgram):
    while audio := await asyncio.to_thread(sys.stdin.buffer.read, 3200):
        await deepgram.send(audio)
    await deepgram.send(json.dumps({"type": "CloseStream"}))

async def forward(deepgram, earshot):
    async for event in deepgram:
        await earshot.send(event)
    await earshot.send(json.dumps({"type": "stop_request"}))

async def print_hits(earshot):
    async for frame in earshot:
        event = json.loads(frame)
        for tracker in event.get("trackers", []):
            for match in tracker["matches"]:
                print("confirmed" if event["isFinal"] else "heard", tracker["name"], repr(match["value"]), flush=True)
        if event.get("message", {}).get("type") == "error":
            print("Earshot:", event["message"]["message"], file=sys.stderr)

async def main():
    headers = {"Authorization": f"Token {os.environ['DEEPGRAM_API_KEY']}"}
    async with connect(DEEPGRAM, additional_headers=headers) as deepgram, connect(EARSHOT) as earshot:
        await earshot.send(json.dumps(START))
        await asyncio.gather(send_audio(deepgram), forward(deepgram, earshot), print_hits(earshot))

asyncio.run(main())
