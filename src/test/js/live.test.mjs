import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {test} from 'node:test';

const source = (name) => readFile(new URL(`../../main/resources/webroot/${name}`, import.meta.url), 'utf8');
const url = (text) => `data:text/javascript,${encodeURIComponent(text)}`;
const {Live} = await import(url((await source('live.js')).replace('./state.js', url(await source('state.js')).replaceAll("'", '%27'))));

globalThis.location = {protocol: 'http:', host: 'shop.example'};

/** A socket that opens at once; answers is what the other side does with a frame. */
class FakeSocket {
  static OPEN = 1;
  static made = [];
  static answers = () => null;
  readyState = 0;
  sent = [];

  constructor() {
    FakeSocket.made.push(this);
    queueMicrotask(() => { this.readyState = 1; this.onopen?.(); });
  }

  send(text) {
    const frame = JSON.parse(text);
    this.sent.push(frame);
    const answer = FakeSocket.answers(frame);
    if (answer) queueMicrotask(() => this.onmessage?.({data: JSON.stringify(answer)}));
  }

  close() { this.readyState = 3; } // and its close event never comes, as with a dead one
}
globalThis.WebSocket = FakeSocket;

const refusing = (frame) => (frame.type === 'send' ? {type: 'err', address: frame.address, body: 'access_denied'} : null);
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function connected(answers, timing) {
  FakeSocket.made = [];
  FakeSocket.answers = answers;
  const heard = {links: [], refused: [], opened: 0, missed: []};
  const live = new Live({
    link: (link) => heard.links.push(link), open: () => { heard.opened++; }, message() {}, missed: (ms) => heard.missed.push(ms),
    refused: (...which) => heard.refused.push(which)}, timing);
  live.listen('coupon.events.1');
  await pause(5);
  return {live, heard};
}

test('a socket that is dead when the page wakes is left for another', async () => {
  const {live, heard} = await connected(() => null, {pingMs: 60000, patienceMs: 20});
  assert.deepEqual(heard.links, ['connecting', 'live']);
  live.wake();
  await pause(40);
  assert.deepEqual(heard.links, ['connecting', 'live', 'waiting']);
  assert.equal(FakeSocket.made[0].readyState, 3);
  live.wake(); // somebody looks: no waiting
  await pause(5);
  assert.equal(heard.opened, 2);
  assert.deepEqual(FakeSocket.made[1].sent[0], {type: 'register', address: 'coupon.events.1', headers: {}});
  FakeSocket.made[1].onclose();
});

test('a socket that answers is kept', async () => {
  const {live, heard} = await connected(refusing, {pingMs: 60000, patienceMs: 20});
  live.wake();
  await pause(40);
  assert.deepEqual(heard.links, ['connecting', 'live']);
  assert.deepEqual(heard.refused, []);
});

test('a silent socket is asked by itself, a busy one is not', async () => {
  const {heard} = await connected(() => null, {pingMs: 20, patienceMs: 15});
  await pause(90);
  assert.equal(heard.links[2], 'waiting');
  const busy = await connected((frame) => (frame.type === 'ping' ? {type: 'rec', body: {type: 'coupon.stock'}} : null), {pingMs: 20, patienceMs: 15});
  await pause(90);
  assert.ok(FakeSocket.made[0].sent.every(({type}) => type !== 'send'));
  assert.equal(busy.heard.links.length, 2);
  FakeSocket.made[0].onclose();
});

test('who is forgotten is registered anew, with the token of then', async () => {
  const {live, heard} = await connected(() => null, {pingMs: 60000});
  let token = 'one';
  live.listen('coupon.users.7', () => token);
  live.forget('coupon.users.7');
  token = 'two';
  live.listen('coupon.users.7', () => token);
  const [socket] = FakeSocket.made;
  assert.deepEqual(socket.sent.slice(1).map(({type, headers}) => [type, headers?.Authorization]),
    [['register', 'Bearer one'], ['unregister', undefined], ['register', 'Bearer two']]);
  socket.onmessage({data: JSON.stringify({type: 'err', address: 'coupon.users.7', body: 'session_ended'})});
  assert.deepEqual(heard.refused, [['coupon.users.7', 'two']]);
  socket.onclose();
});

test('who was refused and listens again is told to ask for what was missed, once it listens', async () => {
  const {live, heard} = await connected(refusing, {pingMs: 60000});
  live.listen('coupon.users.7', () => 'one');
  live.wake(); // asks, too
  await pause(5);
  assert.deepEqual(heard.missed, []);
  live.again('coupon.users.7');
  assert.deepEqual(heard.missed, []);
  await pause(5);
  assert.deepEqual(heard.missed, [0]);
  assert.deepEqual(FakeSocket.made[0].sent.slice(-2).map(({type}) => type), ['register', 'send']);
  FakeSocket.made[0].onclose();
});

test.after(() => setTimeout(() => process.exit(), 50)); // their timers and all
