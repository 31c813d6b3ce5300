// The interface of version 1.4: createStream(), start(), sendJSON(), stop().
'use strict';

const { ann, assert, base, chunk, client, config, Events, load, matches, newId, pricing, Proxy, run, test,
  within } = require('./harness.js');

const KINDS = ['onStartedListening', 'onRequestStart', 'onSpeechDetected', 'onMessageResponse', 'onTrackerResponse',
  'onConversationCompleted', 'onRequestStop', 'onRequestError', 'onDataReceived'];

async function open(sdk, options = {}) {
  const events = new Events();
  const id = options.id || newId();
  const stream = await within(
    sdk.createStream({
      id, speaker: ann, trackers: [pricing], config: config(), handlers: events.handlers(...KINDS), ...options,
    }),
    'createStream()',
  );
  return { events, id, stream };
}

const start = (stream) => within(stream.start(), 'start()');
const stop = (stream) => within(stream.stop(), 'stop()');

test('new: messages and hits have the shapes that handlers read', async () => {
  const { events, stream } = await open(await client());

  await start(stream);
  stream.sendJSON(chunk('So, how much does it cost? It is urgent.', { startTime: 1, endTime: 3 }));
  assert.deepEqual(await stop(stream), {});

  const messages = await events.wait('onMessageResponse');
  assert.deepEqual(messages.map((message) => message.payload.content), ['So, how much does it cost?', 'It is urgent.']);
  assert.equal(messages[0].from.userId, ann.userId);
  assert.equal(messages[0].from.name, ann.name);
  assert.equal(typeof messages[0].metadata.words, 'string');
  const response = await events.wait('onTrackerResponse');
  assert.equal(response.type, 'tracker_response');
  assert.equal(response.isFinal, true);
  assert.deepEqual(matches(response), ['Pricing: how much does it cost']);
  const [match] = response.trackers[0].matches;
  assert.equal(match.type, 'vocabulary');
  assert.deepEqual(match.insightRefs, []);
  const [{ id, text, offset }] = match.messageRefs;
  assert.deepEqual({ id, text, offset }, { id: messages[0].id, text: 'So, how much does it cost?', offset: 4 });
});

test('new: a conversation has one id from its start to its end', async () => {
  const { events, stream } = await open(await client());

  await start(stream);
  const conversationId = await within(stream.conversationId, 'conversationId');
  await stop(stream);

  assert.match(conversationId, /^.+$/);
  assert.equal((await events.wait('onRequestStart')).data.conversationId, conversationId);
  const completed = await events.wait('onConversationCompleted');
  assert.equal(completed.message.conversationId, conversationId);
  assert.equal(completed.message.data.conversationId, conversationId);
  assert.equal(events.of('onStartedListening').length, 1);
  assert.equal(events.of('onRequestError').length, 0);
});

test('new: a hit in a hypothesis is told at once, and again as final', async () => {
  const { events, stream } = await open(await client(), { config: config({ trackers: { interimResults: true } }) });

  await start(stream);
  stream.sendJSON(chunk('so what is the price', { isFinal: false }));
  const early = await events.wait('onTrackerResponse');
  assert.equal(early.isFinal, false);
  assert.deepEqual(matches(early), ['Pricing: what is the price']);
  stream.sendJSON(chunk('So what is the price today?'));
  const confirmed = await events.wait('onTrackerResponse', (response) => response.isFinal);
  assert.deepEqual(matches(confirmed), ['Pricing: what is the price']);
  await stop(stream);
});

test('new: onSpeechDetected gets the chunks where they are asked for', async () => {
  const { events, stream } = await open(await client(), { config: config({ echoTranscript: true }) });

  await start(stream);
  stream.sendJSON(chunk('so how', { isFinal: false }));
  stream.sendJSON(chunk('so how much', { words: [{ word: 'so', startTime: 0.5, endTime: 0.75 }] }));
  const speech = await events.wait('onSpeechDetected', (data) => data.isFinal);
  await stop(stream);

  const [hypothesis] = events.of('onSpeechDetected');
  assert.equal(hypothesis.isFinal, false);
  assert.equal(hypothesis.payload.raw.alternatives[0].transcript, 'so how');
  assert.equal(speech.punctuated.transcript, 'so how much');
  assert.equal(speech.user.userId, ann.userId);
  assert.deepEqual(speech.payload.raw.alternatives[0].words[0].startTime, { seconds: '0', nanos: '500000000' });
});

test('new: an access token alone is enough', async () => {
  const answer = await fetch(`${base}/oauth2/token:generate`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ type: 'application', appId: 'any', appSecret: 'any' }),
  });
  const { accessToken } = await answer.json();
  const sdk = load();
  await sdk.init({ accessToken, basePath: base });
  const { events, stream } = await open(sdk);

  await start(stream);
  stream.sendJSON(chunk('What is the price?'));
  await events.wait('onTrackerResponse');
  await stop(stream);
});

test('new: two speakers of one conversation are told what either says', async () => {
  const id = newId();
  const refund = { name: 'Refund', vocabulary: ['money back'] };
  const first = await open(await client(), { id });
  const second = await open(await client(), { id, speaker: { userId: 'tom@example.com', name: 'Tom' }, trackers: [refund] });

  await start(first.stream);
  await start(second.stream);
  assert.equal(await first.stream.conversationId, await second.stream.conversationId);
  first.stream.sendJSON(chunk('I want my money back.'));
  for (const { events } of [first, second]) {
    const response = await events.wait('onTrackerResponse');
    assert.deepEqual(matches(response), ['Refund: money back']);
    assert.equal(response.trackers[0].matches[0].messageRefs[0].speaker.userId, ann.userId);
  }
  await stop(first.stream);
  second.stream.sendJSON(chunk('How much does it cost?'));
  await second.events.wait('onTrackerResponse', (response) => matches(response).includes('Pricing: how much does it cost'));
  await stop(second.stream);
});

test('new: a start with a pattern that does not compile is rejected, once, and not tried again', async () => {
  const proxy = await Proxy.start();
  const { stream } = await open(await client(proxy.url), {
    trackers: [{ name: 'Order', patterns: ['order (\\d+'] }],
    reconnectOnError: true,
    noConnectionTimeout: 60,
  });

  const rejection = await within(stream.start().then(() => assert.fail('it has started'), (reason) => reason), 'start()');
  assert.equal(rejection.type, 'message');
  assert.equal(rejection.message.type, 'error');
  assert.equal(rejection.message.code, 'invalid_pattern');
  assert.equal(rejection.message.path, '/trackers/0/patterns/0');
  await proxy.lastClosed();
  // A client that were to try again would do so in the same turn as it learns of the loss: long before a whole session.
  const other = await open(await client());
  await start(other.stream);
  await stop(other.stream);
  assert.equal(proxy.connections, 1);
  await proxy.finish();
});

test('new: a stopped stream that stays connected goes on with its conversation', async () => {
  const proxy = await Proxy.start();
  const { events, stream } = await open(await client(proxy.url), {
    disconnectOnStopRequest: false,
    disconnectOnStopRequestTimeout: 60,
  });

  await start(stream);
  stream.sendJSON(chunk('What is the price?'));
  await stop(stream);
  await start(stream);
  stream.sendJSON(chunk('So how much does it cost?'));
  await events.wait('onTrackerResponse', (response) => matches(response).includes('Pricing: how much does it cost'));
  const starts = events.of('onRequestStart').map(({ data }) => data.conversationId);
  assert.equal(starts.length, 2);
  assert.equal(starts[0], starts[1]);
  assert.equal(events.of('onConversationCompleted').length, 0);
  assert.equal(proxy.connections, 1);
  stream.close();
  await proxy.finish();
});

test('new: audio without a recogniser and pings leave a session as it is', async () => {
  const { events, stream } = await open(await client());

  await start(stream);
  stream.sendAudio(new Uint8Array(8192));
  stream.sendAudio(new Uint8Array(8192));
  stream.sendJSON('__PING__');
  stream.sendJSON(chunk('What is the price?'));
  await events.wait('onTrackerResponse');
  assert.deepEqual(await stop(stream), {});
  await events.wait('onConversationCompleted');

  const errors = events.of('onDataReceived').filter((data) => data.message && data.message.type === 'error');
  assert.deepEqual(errors.map((data) => data.message.code), ['no_recognizer']);
});

run();
