// A client with reconnectOnError comes back after a loss and goes on where it was.
'use strict';

const { ann, assert, chunk, client, config, Events, matches, newId, pricing, Proxy, run, test, within } = require('./harness.js');

const options = (events, id) => ({
  id,
  speaker: ann,
  trackers: [pricing],
  config: config(),
  reconnectOnError: true,
  noConnectionTimeout: 60,
  handlers: events.handlers('onRequestStart', 'onMessageResponse', 'onTrackerResponse', 'onConversationCompleted'),
});

// Says half a phrase, loses the connection, says the rest on the next one.
async function loseAndGoOn(proxy, events, send) {
  const first = (await events.wait('onRequestStart')).data;
  assert.equal(first.lastSeq, null);
  send(chunk('So how much', { endOfUtterance: false, seq: 1 }));
  // What comes back from a second utterance shows that the first chunk has arrived.
  send(chunk('Hello there.', { utteranceId: 'other', seq: 2 }));
  await events.wait('onMessageResponse');

  proxy.cut();
  const { data: second } = await events.wait('onRequestStart', ({ data }) => data !== first, 'a second onRequestStart');
  assert.equal(proxy.connections, 2);
  assert.equal(second.conversationId, first.conversationId);
  assert.equal(second.lastSeq, 2);

  send(chunk('Hello there.', { utteranceId: 'other', seq: 2 })); // sent again without fear
  send(chunk('does it cost?', { seq: 3 }));
  assert.deepEqual(matches(await events.wait('onTrackerResponse')), ['Pricing: how much does it cost']);
  return first.conversationId;
}

const contents = (events) => events.of('onMessageResponse').flat().map((message) => message.payload.content);

test('reconnect, new: an utterance goes on over a loss, in the same conversation', async () => {
  const proxy = await Proxy.start();
  const events = new Events();
  const stream = await within((await client(proxy.url)).createStream(options(events, newId())), 'createStream()');

  await within(stream.start(), 'start()');
  const conversationId = await loseAndGoOn(proxy, events, (text) => stream.sendJSON(text));
  assert.deepEqual(await within(stream.stop(), 'stop()'), {});

  const completed = await events.wait('onConversationCompleted');
  assert.equal(completed.message.conversationId, conversationId);
  assert.deepEqual(contents(events), ['Hello there.', 'So how much does it cost?']);
  await proxy.finish();
});

test('reconnect, old: an utterance goes on over a loss, in the same conversation', async () => {
  const proxy = await Proxy.start();
  const events = new Events();
  const sdk = await client(proxy.url);
  const connection = await within(sdk.startRealtimeRequest(options(events, newId())), 'startRealtimeRequest()');

  const conversationId = await loseAndGoOn(proxy, events, (text) => connection.sendAudio(text));
  const completed = await within(connection.stop(), 'stop()');

  assert.equal(completed.conversationId, conversationId);
  assert.deepEqual(contents(events), ['Hello there.', 'So how much does it cost?']);
  await proxy.finish();
});

test('reconnect: without a loss a client keeps its one connection', async () => {
  const proxy = await Proxy.start();
  const events = new Events();
  const stream = await within((await client(proxy.url)).createStream(options(events, newId())), 'createStream()');

  await within(stream.start(), 'start()');
  stream.sendJSON(chunk('What is the price?'));
  await events.wait('onTrackerResponse');
  await within(stream.stop(), 'stop()');
  await proxy.lastClosed();
  const other = await within((await client()).createStream(options(new Events(), newId())), 'createStream()');
  await within(other.start(), 'start()');
  await within(other.stop(), 'stop()');
  assert.equal(proxy.connections, 1);
  await proxy.finish();
});

run();
