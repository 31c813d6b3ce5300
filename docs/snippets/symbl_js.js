const { sdk } = require("@symblai/symbl-js");
const server = "http://127.0.0.1:8080";

async function main() {
  sdk.oauth2.setBasePath(server); // where tokens come from
  await sdk.init({ appId: "any", appSecret: "any", basePath: server });
  const stream = await sdk.createStream({
    id: "call-with-symbl-js",
    speaker: { userId: "ann@example.com", name: "Ann" },
    trackers: [{ name: "Pricing", vocabulary: ["how much does it cost", "what is the price"] }],
    config: { sampleRateHertz: 16000 }, // the client insists on it, text does not need it
    handlers: {
      onTrackerResponse: ({ trackers }) => {
        for (const { name, matches } of trackers)
          for (const { value, messageRefs } of matches) console.log(`${name}: "${value}" in "${messageRefs[0].text}"`);
      },
      onConversationCompleted: () => process.exit(), // a timer of the client would keep the process alive
    },
  });
  await stream.start();
  for (const text of ["Hello, this is Ann.", "So, how much does it cost?"])
    stream.sendJSON(JSON.stringify({ type: "transcript", text }));
  await stream.stop();
}

main();
