// Runs tests one after the other, each with a deadline, and prints one line for each: `ok NAME` or `FAILED NAME`.
//
// Node's own runner waits until nothing is left to do. The client keeps timers that outlive its sessions (one for the
// token, some for attempts to start), so the process is ended here as soon as the last test is through.
'use strict';

const assert = require('node:assert/strict');
const net = require('node:net');
const { randomUUID } = require('node:crypto');
const { inspect } = require('node:util');
const { SDK } = require('@symblai/symbl-js');

const base = process.env.SERVER_URL;
const DEADLINE_MS = 15_000;

const tests = [];
const test = (name, body) => tests.push({ name, body });

// Fails with what was waited for, rather than hang.
function within(promise, what, milliseconds = DEADLINE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${milliseconds} ms: ${what}`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Everything that was handed to an application, in order, and a way to wait for more of it.
class Events {
  constructor() {
    this.all = [];
    this.waiting = [];
  }

  push(kind, data) {
    this.all.push({ kind, data });
    this.waiting = this.waiting.filter((look) => !look());
  }

  // The handlers of an application, each of which only notes down what it is given.
  handlers(...kinds) {
    return Object.fromEntries(kinds.map((kind) => [kind, (data) => this.push(kind, data)]));
  }

  of(kind) {
    return this.all.filter((event) => event.kind === kind).map((event) => event.data);
  }

  // The first event of the kind for which `matches` is true, those that came already among them.
  wait(kind, matches = () => true, what = kind) {
    const found = new Promise((resolve) => {
      const look = () => {
        const hit = this.all.find((event) => event.kind === kind && matches(event.data));
        if (hit) resolve(hit.data);
        return hit !== undefined;
      };
      if (!look()) this.waiting.push(look);
    });
    return within(found, what).catch((error) => {
      error.message += `\nwhat came: ${inspect(this.all, { depth: 8, breakLength: 110 })}`;
      throw error;
    });
  }
}

// Between a client and the server: counts connections, and can break them as a network does.
class Proxy {
  static async start() {
    const proxy = new Proxy();
    proxy.pairs = [];
    proxy.server = net.createServer((client) => {
      const server = net.connect(Number(new URL(base).port), '127.0.0.1');
      const end = () => {
        client.destroy();
        server.destroy();
      };
      for (const [from, to] of [[client, server], [server, client]]) {
        from.on('error', end).on('close', end).pipe(to);
      }
      proxy.pairs.push({ closed: new Promise((resolve) => client.on('close', resolve)), end });
    });
    await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }

  get connections() {
    return this.pairs.length;
  }

  cut() {
    this.pairs.forEach((pair) => pair.end());
  }

  lastClosed() {
    return within(this.pairs[this.pairs.length - 1].closed, 'the client or the server closes its connection');
  }

  // To be called when the client is through: one that is cut off while it closes would try to come back for ever.
  async finish() {
    await this.lastClosed();
    this.server.close();
  }
}

// A process has one store of streams, by their ids, for all its clients; two speakers of one conversation are thought of
// as two processes. So each client here gets a store of its own.
function load() {
  delete globalThis.clientSdkStore;
  return new SDK();
}

// A client as an application sets it up: its own address for tokens, and one for everything else.
async function client(url = base) {
  const sdk = load();
  sdk.oauth2.setBasePath(base);
  await within(sdk.init({ appId: 'any', appSecret: 'any', basePath: url }), 'init()');
  return sdk;
}

const newId = () => randomUUID();
const chunk = (text, members = {}) => JSON.stringify({ type: 'transcript', text, ...members });
const ann = { userId: 'ann@example.com', name: 'Ann' };
const pricing = { name: 'Pricing', vocabulary: ['how much does it cost', 'what is the price'] };
// The client insists on a sample rate, also where only text is sent.
const config = (members = {}) => ({ sampleRateHertz: 16000, ...members });

const matches = (response) =>
  response.trackers.flatMap(({ name, matches: found }) => found.map(({ value }) => `${name}: ${value}`));

async function run() {
  let failed = 0;
  for (const { name, body } of tests) {
    try {
      await within(body(), 'the end of the test', 3 * DEADLINE_MS);
      console.log(`ok ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${name}\n${inspect(error, { depth: 8 })}`);
    }
  }
  process.exit(failed ? 1 : 0);
}

process.on('uncaughtException', (error) => {
  console.log(`FAILED nothing is thrown outside of the tests\n${inspect(error)}`);
  process.exit(1);
});

module.exports = { ann, assert, base, chunk, client, config, Events, load, matches, newId, pricing, Proxy, run, test, within };
