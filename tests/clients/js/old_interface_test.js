// The interface before version 1.4: startRealtimeRequest(), sendAudio(), stop(). Most published examples use it.
'use strict';

const { ann, assert, chunk, client, config, Events, matches, newId, pricing, run, test, within } = require('./harness.js');

const KINDS = ['onSpeechDetected', 'onMessageResponse', 'onTrackerResponse', 'onConversationCompleted', 'onClose'];

async function begin(options = {}) {
  const events = new Events();
  const sdk = await client();
  const request = sdk.startRealtimeRequest({
    id: newId(), speaker: ann, trackers: [pricing], config: config(), handlers: events.handlers(...KINDS), ...options,
  });
  return { events, connection: await within(request, 'startRealtimeRequest()') };
}

test('old: the start gives the conversation, a stop gives it again', async () => {
  const { events, connection } = await begin();

  const conversationId = await connection.conversationId;
  const completed = await within(connection.stop(), 'stop()');

  assert.equal(typeof conversationId, 'string');
  assert.equal(completed.conversationId, conversationId);
  assert.equal(completed.type, undefined);
  assert.equal((await events.wait('onConversationCompleted')).message.conversationId, conversationId);
  assert.equal((await events.wait('onClose')).code, 1000);
});

test('old: chunks go out as text by sendAudio, hits come back', async () => {
  const { events, connection } = await begin({ config: config({ echoTranscript: true }) });

  connection.sendAudio(chunk('And how much does it cost?'));
  const completed = await within(connection.stop(), 'stop()');

  assert.ok(completed.conversationId);
  const [message] = await events.wait('onMessageResponse');
  assert.equal(message.payload.content, 'And how much does it cost?');
  const response = await events.wait('onTrackerResponse');
  assert.equal(response.type, 'tracker_response');
  assert.deepEqual(matches(response), ['Pricing: how much does it cost']);
  assert.equal(response.trackers[0].matches[0].messageRefs[0].id, message.id);
  assert.equal((await events.wait('onSpeechDetected')).punctuated.transcript, 'And how much does it cost?');
});

test('old: a failed start is rejected and closes cleanly', async () => {
  const events = new Events();
  const sdk = await client();
  const rejection = await within(
    sdk.startRealtimeRequest({
      id: newId(), speaker: ann, config: config(), handlers: events.handlers('onClose'), reconnectOnError: true,
      trackers: [{ name: 'Order', patterns: ['order (\\d+'] }],
    }).then(() => assert.fail('it has started'), (reason) => reason),
    'startRealtimeRequest()',
  );

  assert.equal(rejection.message.type, 'error');
  assert.equal(rejection.message.code, 'invalid_pattern');
  // With reconnectOnError this handler is called only where the client will not try again.
  assert.equal((await events.wait('onClose')).code, 1000);
});

run();
