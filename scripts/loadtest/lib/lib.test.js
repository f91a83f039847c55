// node --test scripts/loadtest/lib/lib.test.js

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { codeOf, comeBackAfter, ended, OUTCOMES, outcomeOf } from './answers.js';
import { decode, encode, socketUrl } from './frames.js';
import { counted, within } from './limits.js';
import { report, resultOf } from './report.js';
import { CLAIMING, COMMON, settings, shown } from './settings.js';
import { parseUsers } from './users.js';

test('the environment wins over defaults, and every mistake is told', () => {
  const read = settings({ RATE: '7', BASE_URL: 'http://x:1//' }, { RATE: 10, BASE_URL: 'http://y', VUS: 3 });
  assert.deepEqual(read, { RATE: 7, BASE_URL: 'http://x:1', VUS: 3 });
  assert.throws(() => settings({ RATE: 'fast', VUS: '-1' }, { RATE: 1, VUS: 1 }), /RATE=fast.*VUS=-1/);
  assert.ok(!shown(COMMON).includes('admin-runs-campaigns'));
});

test('answers are what the contract says, and nothing else is expected', () => {
  assert.equal(outcomeOf(201, '', false), 'issued');
  assert.equal(outcomeOf(201, '', true), 'replayed');
  assert.equal(outcomeOf(409, 'COUPON_SOLD_OUT', false), 'COUPON_SOLD_OUT');
  assert.equal(outcomeOf(422, 'IDEMPOTENCY_KEY_REUSED', false), 'IDEMPOTENCY_KEY_REUSED');
  assert.equal(outcomeOf(503, 'OVERLOADED', false), 'OVERLOADED');
  assert.equal(outcomeOf(0, '', false), 'no_answer');
  const others = [[200, ''], [500, 'INTERNAL_ERROR'], [409, ''], [409, 'RATE_LIMITED'], [503, ''], [401, 'UNAUTHENTICATED']];
  for (const [status, code] of others) {
    assert.equal(outcomeOf(Number(status), String(code), false), 'unexpected');
  }
  assert.equal(codeOf('{"title":"x","code" : "RATE_LIMITED"}'), 'RATE_LIMITED');
  assert.equal(codeOf(null), '');
});

test('a claim ends once, and only what may change is asked again', () => {
  assert.deepEqual(['issued', 'replayed', 'COUPON_SOLD_OUT', 'UNAVAILABLE', 'no_answer', 'unexpected'].map(ended), [
    'won', 'won', 'refused', 'open', 'open', 'open',
  ]);
  assert.equal(comeBackAfter('COUPON_SOLD_OUT', '1', 0), -1);
  assert.equal(comeBackAfter('issued', undefined, 0), -1);
  assert.equal(comeBackAfter('OVERLOADED', '2', 0.5), 2.5);
  assert.equal(comeBackAfter('no_answer', undefined, 0), 1);
  assert.equal(comeBackAfter('EVENT_NOT_STARTED', '86400', 0), 1);
});

test('users are read, and a broken line is named', () => {
  assert.deepEqual(parseUsers('7,a.b.c\n8,d\n'), [{ userId: 7, token: 'a.b.c' }, { userId: 8, token: 'd' }]);
  assert.throws(() => parseUsers('7,a\n,b\n'), /line 2/);
  assert.throws(() => parseUsers('{"code":"NOT_FOUND"}'), /line 1/);
});

test('frames of SockJS', () => {
  assert.equal(socketUrl('https://x', 7, 's'), 'wss://x/eventbus/007/s/websocket');
  assert.equal(encode({ type: 'ping' }), '["{\\"type\\":\\"ping\\"}"]');
  assert.equal(decode('o').kind, 'open');
  assert.equal(decode('h').kind, 'heartbeat');
  assert.equal(decode('c[1001,"x"]').kind, 'close');
  assert.deepEqual(decode('a["{\\"type\\":\\"rec\\"}"]').messages, [{ type: 'rec' }]);
  assert.equal(decode('?').kind, 'unknown');
});

test('the report counts by sale and outcome, and says what broke', () => {
  const metrics = {
    'answers{sale:main,outcome:issued}': { type: 'counter', values: { count: 3 }, thresholds: { 'count>=0': { ok: true } } },
    'claims{sale:main,ended:won}': { type: 'counter', values: { count: 3 } },
    unexpected: { type: 'counter', values: { count: 1 }, thresholds: { 'count==0': { ok: false } } },
    'answer_time{endpoint:issue,outcome:issued}': { type: 'trend', values: { med: 1, 'p(95)': 2, 'p(99)': 3, max: 4 } },
  };
  const setup_data = { service: 'http://<x>', sales: [{ name: 'main', eventId: 5, stock: 9, fresh: true, startsAt: 0 }] };
  const data = { metrics, setup_data, state: { testRunDurationMs: 1234.5 } };
  const result = resultOf('smoke', data);
  assert.equal(result.sales[0].answers.issued, 3);
  assert.equal(result.sales[0].answers.COUPON_SOLD_OUT, 0);
  assert.deepEqual(result.broken, ['unexpected count==0']);
  const out = report('smoke', { RESULT: 'r.json', HTML: 'p.html' }, data);
  assert.match(out.stdout, /BROKEN: unexpected count==0/);
  assert.deepEqual(JSON.parse(out['r.json']), result);
  assert.ok(out['p.html'].includes('http://&lt;x&gt;') && !out['p.html'].includes('<x>'));
});

test('every outcome of every sale is kept for the report', () => {
  const thresholds = counted(['a', 'b']);
  for (const outcome of OUTCOMES) assert.ok(thresholds[`answers{sale:b,outcome:${outcome}}`]);
  assert.deepEqual(thresholds.unexpected, ['count==0']);
  assert.deepEqual(within('issue', 'issued', 1, 2), { 'answer_time{endpoint:issue,outcome:issued}': ['p(95)<1', 'p(99)<2'] });
});

const SCRIPTS = new URL('..', import.meta.url);
const scripts = readdirSync(SCRIPTS)
  .filter((name) => name.endsWith('.js'))
  .map((name) => ({ name, text: readFileSync(new URL(name, SCRIPTS), 'utf8') }));

/** What a script reads: its own words between settings(__ENV, and the bracket. */
function settingsOf({ name, text }) {
  const found = /^const run = settings\(\s*__ENV,\s*([^;]*?),?\s*\);$/m.exec(text);
  assert.ok(found, `${name} has no settings`);
  return new Function('COMMON', 'CLAIMING', `return ${found[1]};`)(COMMON, CLAIMING);
}

/** What the top of a script lists: text by name. */
function listed({ text }) {
  const entries = {};
  let names = [];
  for (const line of text.slice(0, text.indexOf('import ')).split('\n')) {
    const entry = /^\/\/ {3}([A-Z][A-Z0-9_]*(?:, [A-Z0-9_]+)*) {2,}(.*)/.exec(line);
    if (entry) names = entry[1].split(', ');
    for (const name of names) entries[name] = `${entries[name] || ''} ${entry ? entry[2] : line}`;
  }
  return entries;
}

test('each script lists at its top what it reads, with the defaults', () => {
  assert.equal(scripts.length, 7);
  for (const script of scripts) {
    const read = settingsOf(script);
    const top = listed(script);
    assert.deepEqual(Object.keys(top).sort(), Object.keys(read).sort(), script.name);
    for (const name of Object.keys(read)) {
      if (read[name] === '' || /^ADMIN_/.test(name)) continue;
      assert.match(top[name], new RegExp(`\\(([^)]*[ ,])?${read[name]}[,:)]?`), `${script.name}: ${name}`);
    }
  }
});

test('each setting is used, by the script or by what it calls', () => {
  const shared = { RETRIES: /\bclaim\(/, LOG_COUPONS: /\b(claim|claimOnce|logCoupon|press|listen)\(/ };
  for (const script of scripts) {
    for (const name of Object.keys(settingsOf(script))) {
      if (name in COMMON) continue;
      assert.match(script.text, shared[name] || new RegExp(`\\brun\\.${name}\\b`), `${script.name}: ${name}`);
    }
  }
});

test('only what listens needs the module for sockets', () => {
  const listens = scripts.filter(({ text }) => /lib\/sockets\.js/.test(text)).map(({ name }) => name);
  assert.deepEqual(listens, ['mixed.js', 'subscribers.js']);
  const lib = readdirSync(new URL('lib/', SCRIPTS)).filter((name) => /^(?!lib\.test).*\.js$/.test(name));
  const modules = lib.filter((name) => /k6\/websockets|sockets\.js/.test(readFileSync(new URL(`lib/${name}`, SCRIPTS), 'utf8')));
  assert.deepEqual(modules, ['sockets.js']);
});
