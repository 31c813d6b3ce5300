// Those who only listen: subscribeToStream(), and subscribeToConnection() with its older path.
'use strict';

const { ann, assert, chunk, client, config, Events, matches, newId, pricing, Proxy, run, test, within } = require('./harness.js');

async function publish(id) {
  const events = new Events();
  const stream = await within(
    (await client()).createStream({
      id, speaker: ann, trackers: [pricing], config: config(),
      handlers: events.handlers('onMessageResponse', 'onTrackerResponse'),
    }),
    'createStream()',
  );
  await within(stream.start(), 'start()');
  return { events, stream };
}

// `open` settles with the socket: a refused handshake is no matter of waiting.
function listen(sdk, id, { method = 'subscribeToStream', ...options } = {}) {
  const events = new Events();
  let refused;
  const closed = new Promise((_, reject) => { refused = () => reject(new Error('closed before it was open')); });
  closed.catch(() => {});
  const handlers = {
    onMessage: (data) => events.push(data.type === 'message' ? data.message.type : data.type, data),
    onSubscribe: () => events.push('open'),
    onClose: () => { events.push('closed'); refused(); },
  };
  const subscription = sdk[method](id, { handlers, ...options });
  const open = Promise.race([events.wait('open'), closed]);
  open.catch(() => {}); // whoever awaits it is told
  return { events, open, subscription };
}

async function expectAllOf(events, conversationId) {
  const [message] = (await events.wait('message_response')).messages;
  assert.equal(message.payload.content, 'And what is the price?');
  const hits = await events.wait('tracker_response', (response) => response.isFinal);
  assert.deepEqual(matches(hits), ['Pricing: what is the price']);
  assert.equal(hits.trackers[0].matches[0].messageRefs[0].id, message.id);
  const caption = await events.wait('recognition_result');
  assert.equal(caption.message.punctuated.transcript, 'And what is the price?');
  assert.equal(caption.message.user.userId, ann.userId);
  const completed = await events.wait('conversation_completed');
  assert.equal(completed.message.conversationId, conversationId);
  await events.wait('closed');
}

test('subscribe: who comes before the publisher hears all of it', async () => {
  const id = newId();
  const { events, open } = listen(await client(), id);

  await open;
  const { stream } = await publish(id);
  const conversationId = await stream.conversationId;
  const created = await events.wait('conversation_created');
  assert.equal(created.message.data.conversationId, conversationId);
  stream.sendJSON(chunk('And what is the price?'));
  await within(stream.stop(), 'stop()');

  await expectAllOf(events, conversationId);
});

test('subscribe: who comes later hears what is said from then on', async () => {
  const id = newId();
  const { events: published, stream } = await publish(id);
  const conversationId = await stream.conversationId;
  stream.sendJSON(chunk('Good morning.'));
  await published.wait('onMessageResponse');

  const { events, open, subscription } = listen(await client(), id);
  await open;
  await within(subscription, 'subscribeToStream()');
  const created = await events.wait('conversation_created');
  assert.equal(created.message.data.conversationId, conversationId);
  stream.sendJSON(chunk('And what is the price?'));
  await within(stream.stop(), 'stop()');

  await expectAllOf(events, conversationId);
});

test('subscribe: the older path gives the same', async () => {
  const id = newId();
  const { events, open } = listen(await client(), id, { method: 'subscribeToConnection' });

  await open;
  const { stream } = await publish(id);
  const conversationId = await stream.conversationId;
  stream.sendJSON(chunk('And what is the price?'));
  await within(stream.stop(), 'stop()');

  await expectAllOf(events, conversationId);
});

test('subscribe: one who leaves disturbs neither the speaker nor the other', async () => {
  const id = newId();
  const [leaving, staying] = [listen(await client(), id), listen(await client(), id)];
  await Promise.all([leaving.open, staying.open]);
  const { stream } = await publish(id);
  const conversationId = await stream.conversationId;

  (await leaving.subscription).close();
  await leaving.events.wait('closed');
  stream.sendJSON(chunk('And what is the price?'));
  await within(stream.stop(), 'stop()');

  await expectAllOf(staying.events, conversationId);
  assert.deepEqual(leaving.events.of('message_response'), []);
});

test('subscribe: one who lost the connection comes back', async () => {
  // Refused, a client with reconnectOnError would try again without end: not before it is known that nobody is refused.
  await listen(await client(), newId()).open;
  const id = newId();
  const proxy = await Proxy.start();
  const { events, open } = listen(await client(proxy.url), id, { reconnectOnError: true });
  await open;
  const { stream } = await publish(id);
  const conversationId = await stream.conversationId;
  const first = await events.wait('conversation_created');

  proxy.cut();
  const second = await events.wait('conversation_created', (data) => data !== first, 'a second conversation_created');
  assert.equal(second.message.data.conversationId, conversationId);
  assert.equal(proxy.connections, 2);
  stream.sendJSON(chunk('And what is the price?'));
  await within(stream.stop(), 'stop()');

  await expectAllOf(events, conversationId);
  await proxy.finish();
});

run();
