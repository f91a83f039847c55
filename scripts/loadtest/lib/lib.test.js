// node --test scripts/loadtest/lib/lib.test.js

import assert from 'node:assert/strict';
import test from 'node:test';
import { codeOf, comeBackAfter, ended, OUTCOMES, outcomeOf } from './answers.js';
import { decode, encode, socketUrl } from './frames.js';
import { counted, within } from './limits.js';
import { report, resultOf } from './report.js';
import { COMMON, settings, shown } from './settings.js';
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
