import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {test} from 'node:test';

const source = (name) => readFile(new URL(`../../main/resources/webroot/${name}`, import.meta.url), 'utf8');
const load = async (name) => import(`data:text/javascript,${encodeURIComponent(await source(name))}`);
const {RETRIES, action, backoff, canClaim, countdown, initial, milestone, offset, phase, step} = await load('state.js');
const {language, texts} = await load('i18n.js');

const NOON = Date.parse('2026-03-01T12:00:00Z');
const event = (changes = {}) => ({
  eventId: 1, title: 'Welcome', totalCount: 100, issuedCount: 0, remainingCount: 100, maxPerUser: 1, generation: 0,
  startTime: '2026-03-01T12:00:00Z', endTime: '2026-03-01T13:00:00Z', status: 'active', soldOut: false, ...changes});
const run = (...inputs) => inputs.reduce(step, {...initial, now: NOON + 1000});
const open = (changes) => run({type: 'signedIn'}, {type: 'event', event: event(changes)});
const notice = (type, data, id) => ({type: 'notice', notice: {type, id, data: {eventId: 1, ...data}}});
const coupon = {eventId: 1, couponCode: 'CR-1'};

test('each moment of an event has its phase', () => {
  const at = (now, changes, signedIn = true) =>
    phase({...initial, signedIn, now: NOON + now, event: event(changes)});
  assert.equal(phase(initial), 'LOADING');
  assert.equal(at(-3000), 'UPCOMING');
  assert.equal(at(-2000), 'OPENING');
  assert.equal(at(0), 'OPEN');
  assert.equal(at(0, {}, false), 'SIGNED_OUT');
  assert.equal(at(0, {status: 'paused'}), 'PAUSED');
  assert.equal(at(0, {soldOut: true}), 'SOLD_OUT');
  assert.equal(at(0, {status: 'paused', soldOut: true}), 'SOLD_OUT');
  assert.equal(at(3600000), 'ENDED');
  assert.equal(at(0, {status: 'ended'}), 'ENDED');
  assert.equal(at(0, {canIssue: false, userIssuedCount: 1}), 'ALREADY_CLAIMED');
});

test('a draw is entered, and tells nothing of a coupon', () => {
  const draw = open({mode: 'draw'});
  assert.equal(phase(draw), 'DRAW');
  assert.ok(canClaim(draw));
  const entered = step(step(draw, {type: 'claim'}), {type: 'entered', eventId: 1});
  assert.equal(phase(entered), 'ENTERED');
  assert.ok(!canClaim(entered));
  assert.equal(entered.coupon, null);
  assert.equal(phase({...entered, now: NOON + 3600000}), 'ENDED');
  assert.equal(step(entered, notice('coupon.drawn', {}, 3)).notices[0].type, 'coupon.drawn');
});

test('who is not invited is told so and cannot press on', () => {
  const state = step(step(open(), {type: 'claim'}), {type: 'refused', eventId: 1, code: 'FORBIDDEN'});
  assert.equal(phase(state), 'NOT_INVITED');
  assert.ok(!canClaim(state));
});

test('a claim that is answered shows its coupon, and nothing takes it away', () => {
  let state = step(open(), {type: 'claim'});
  assert.equal(phase(state), 'CLAIMING');
  state = step(state, {type: 'issued', coupon});
  assert.equal(phase(state), 'CLAIMED');
  for (const later of [
    notice('coupon.soldout', {generation: 1}), {type: 'refused', eventId: 1, code: 'COUPON_SOLD_OUT'},
    {type: 'lost', eventId: 1, retryAt: 0},
    {type: 'event', event: event({status: 'ended', generation: 1})}]) {
    state = step(state, later);
    assert.equal(phase(state), 'CLAIMED');
  }
});

test('a coupon of before is shown without a claim', () => {
  const state = step(open({canIssue: false, userIssuedCount: 1}), {type: 'held', coupon});
  assert.equal(phase(state), 'ALREADY_CLAIMED');
  assert.equal(state.coupon, coupon);
  assert.equal(phase(step(open({maxPerUser: 2, canIssue: true, userIssuedCount: 1}), {type: 'held', coupon})), 'OPEN');
});

test('the answer of one event says nothing of another', () => {
  const other = step(step(step(open(), {type: 'claim'}), {type: 'leave'}), {type: 'event', event: event({eventId: 2})});
  const late = [
    {type: 'lost', eventId: 1, retryAt: NOON}, {type: 'refused', eventId: 1, code: 'USER_LIMIT_EXCEEDED'},
    {type: 'entered', eventId: 1}, {type: 'issued', coupon}, {type: 'held', coupon}];
  for (const state of [other, step(other, {type: 'claim'})]) {
    for (const input of late) assert.equal(step(state, input), state);
  }
  const left = step(step(open(), {type: 'claim'}), {type: 'leave'});
  for (const input of late) assert.equal(step(left, input), left);
});

test('a no that nobody waits for any more is not shown', () => {
  const gone = step(step(step(open(), {type: 'claim'}), {type: 'signedOut'}), {type: 'signedIn'});
  assert.equal(step(gone, {type: 'refused', eventId: 1, code: 'USER_LIMIT_EXCEEDED'}), gone);
  assert.equal(step(gone, {type: 'lost', eventId: 1, retryAt: NOON}), gone);
  const out = step(open(), {type: 'signedOut'});
  assert.equal(step(out, {type: 'issued', coupon}), out);
});

test('who may have more than one claims on until there is no more', () => {
  const claimed = (state, couponCode) => step(step(state, {type: 'claim'}), {type: 'issued', coupon: {eventId: 1, couponCode}});
  const first = claimed(open({maxPerUser: 2, userIssuedCount: 0, canIssue: true}), 'CR-1');
  assert.equal(phase(first), 'CLAIMED');
  assert.equal(action(first), 'claim');
  assert.ok(first.stale);
  assert.equal(first.event.userIssuedCount, 1);
  assert.equal(action(step(first, notice('coupon.soldout', {generation: 1}))), 'wallet');
  const again = step(first, {type: 'issued', coupon: first.coupon});
  assert.equal(again.event.userIssuedCount, 1);
  const second = claimed(first, 'CR-2');
  assert.equal(second.coupon.couponCode, 'CR-2');
  assert.equal(action(second), 'wallet');
  const single = claimed(open({userIssuedCount: 0}), 'CR-1');
  assert.equal(action(single), 'wallet');
  assert.equal(single.stale, false);
});

test('the button always means one thing', () => {
  assert.equal(action(open()), 'claim');
  assert.equal(action({...open(), signedIn: false}), 'signIn');
  assert.equal(action(open({canIssue: false, userIssuedCount: 1})), 'wallet');
  assert.equal(action(open({status: 'ended'})), 'events');
  for (const waits of [open({status: 'paused'}), open({soldOut: true}), step(open(), {type: 'claim'}), initial]) {
    assert.equal(action(waits), null);
  }
  assert.equal(action({...open(), claim: {step: 'unknown'}}), 'check');
});

test('word of a coupon that is known asks for nothing', () => {
  const told = notice('coupon.issued', {couponCode: 'CR-1'}, 5);
  assert.ok(step(open(), told).stale);
  const sending = step(open(), {type: 'claim'});
  assert.equal(step(sending, told).stale, false);
  const done = step(sending, {type: 'issued', coupon});
  assert.equal(step(done, told).stale, false);
  assert.ok(step(done, notice('coupon.issued', {couponCode: 'CR-2'}, 6)).stale);
});

test('a second press while a claim is under way changes nothing', () => {
  const state = step(open(), {type: 'claim'});
  assert.equal(step(state, {type: 'claim'}), state);
  assert.equal(canClaim(state), false);
});

test('nobody can claim before the start, signed out, or when all are gone', () => {
  for (const state of [
    {...open(), now: NOON - 1}, {...open(), signedIn: false}, open({soldOut: true}), open({status: 'paused'}), initial]) {
    assert.equal(canClaim(state), false);
    assert.equal(step(state, {type: 'claim'}), state);
  }
});

test('without an answer it tries again by itself, then by hand', () => {
  let state = open();
  for (let attempt = 1; attempt <= RETRIES; attempt++) {
    state = step(state, {type: 'claim', again: true, attempt});
    state = step(state, {type: 'lost', eventId: 1, retryAt: NOON + 5000});
    assert.equal(phase(state), 'OVERLOADED');
    assert.equal(state.claim.attempt, attempt);
  }
  state = step(step(state, {type: 'claim', again: true, attempt: RETRIES + 1}), {type: 'lost', eventId: 1, retryAt: 0});
  assert.equal(phase(state), 'UNKNOWN_RESULT');
  assert.equal(phase(step(step(state, {type: 'claim', again: true}), {type: 'issued', coupon})), 'CLAIMED');
});

test('each refusal says what it is', () => {
  const after = (code, more = {}) => phase(step(step(open(), {type: 'claim'}), {type: 'refused', eventId: 1, code, ...more}));
  assert.equal(after('COUPON_SOLD_OUT'), 'SOLD_OUT');
  assert.equal(after('USER_LIMIT_EXCEEDED'), 'LIMIT_REACHED');
  assert.equal(after('EVENT_PAUSED'), 'PAUSED');
  assert.equal(after('EVENT_ENDED'), 'ENDED');
  assert.equal(after('EVENT_NOT_STARTED'), 'OPEN');
  assert.equal(after('UNAUTHENTICATED'), 'SESSION_EXPIRED');
  assert.equal(after('RATE_LIMITED', {retryAt: NOON + 3000}), 'RATE_LIMITED');
  assert.equal(after('RATE_LIMITED', {retryAt: NOON}), 'OPEN');
  assert.equal(after('IDEMPOTENCY_KEY_REUSED'), 'REFUSED');
});

test('sold out and reopened follow the generation, whatever order they come in', () => {
  const turns = [
    notice('coupon.soldout', {generation: 1}), notice('coupon.reopened', {generation: 2}),
    notice('coupon.soldout', {generation: 3})];
  for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0], [2, 2, 0]]) {
    const state = order.reduce((s, i) => step(s, turns[i]), open());
    assert.equal(phase(state), 'SOLD_OUT');
    assert.equal(state.event.generation, 3);
  }
  assert.equal(step(open(), turns[0]).stale, false); // or all pages would ask at once
  const reopened = step(step(open({soldOut: true, generation: 1}), turns[1]), turns[0]);
  assert.equal(phase(reopened), 'OPEN');
});

test('stock follows its messages but not late ones or those of another event', () => {
  let state = step(open({generation: 2}), notice('coupon.stock', {remainingCount: 5, issuedCount: 95, generation: 2}));
  assert.equal(state.event.remainingCount, 5);
  assert.equal(step(state, notice('coupon.stock', {remainingCount: 9, issuedCount: 91, generation: 1})), state);
  assert.equal(step(state, notice('coupon.stock', {eventId: 2, remainingCount: 9, generation: 4})), state);
  state = step(state, notice('coupon.stock', {remainingCount: 0, issuedCount: 100, generation: 3}));
  assert.equal(phase(state), 'SOLD_OUT');
});

test('a reading older than a message is not believed', () => {
  const told = step(open(), notice('coupon.soldout', {generation: 1}));
  const read = step(told, {type: 'event', event: event()});
  assert.equal(phase(read), 'SOLD_OUT');
  assert.equal(read.stale, true);
});

test('a user message counts once, also when it is replayed', () => {
  for (const type of ['coupon.used', 'coupon.expiring', 'coupon.expired']) {
    assert.equal(step(open(), notice(type, {}, 7)).notices[0].type, type);
  }
  const first = step(open(), notice('coupon.used', {}, 7));
  assert.equal(first.notices.length, 1);
  assert.equal(step(first, notice('coupon.used', {}, 7)), first);
  assert.equal(step(first, notice('coupon.used', {}, 8)).notices.length, 2);
});

test('a user message that comes late is not lost, and what was read is not read again', () => {
  const second = step(step(open(), notice('coupon.used', {}, 7)), notice('coupon.used', {}, 9));
  assert.equal(second.cursor, null);
  const late = step(second, notice('coupon.used', {}, 8));
  assert.equal(late.notices.length, 3);
  const read = step(late, {type: 'replayed', upTo: 9});
  assert.equal(read.cursor, 9);
  assert.equal(step({...read, seen: []}, notice('coupon.used', {}, 9)).notices, read.notices);
  assert.equal(step(read, {type: 'replayed', upTo: 8}).cursor, 9);
  const recalled = step(initial, {type: 'recalled', cursor: 4, seen: [6]});
  assert.equal(step(recalled, notice('coupon.used', {}, 6)), recalled);
  assert.equal(step(recalled, notice('coupon.used', {}, 5)).notices.length, 1);
});

test('what is not known changes nothing', () => {
  const state = open();
  for (const input of [{type: '?'}, notice('coupon.new', {}), {type: 'notice', notice: {type: 'coupon.stock'}}]) {
    assert.deepEqual(step(state, input), state);
  }
});

test('a session that ends keeps the event', () => {
  const state = step(open(), {type: 'signedOut', expired: true});
  assert.equal(phase(state), 'SESSION_EXPIRED');
  assert.equal(phase(step(state, {type: 'signedIn'})), 'OPEN');
});

test('what the event was to a user goes with them', () => {
  const state = step(open({canIssue: false, userIssuedCount: 1}), {type: 'signedOut', expired: true});
  assert.equal(phase(state), 'SESSION_EXPIRED');
  assert.equal(state.event.userIssuedCount, undefined);
  assert.equal(step(initial, {type: 'signedOut'}).event, null);
});

test('waits grow, are spread, and respect what the server asks', () => {
  const waits = [1, 2, 3, 10].map((attempt) => backoff(attempt, {random: () => 0}));
  assert.deepEqual(waits, [1000, 2000, 4000, 30000]);
  assert.equal(backoff(1, {random: () => 1}), 1500);
  assert.equal(backoff(1, {asked: 7000, random: () => 0}), 7000);
});

test('the server clock is read by the quickest sample', () => {
  assert.equal(offset([]), 0);
  assert.equal(offset([{sent: 0, received: 1000, server: 9000}, {sent: 2000, received: 2010, server: 92005}]), 90000);
});

test('counts down to zero and no further', () => {
  assert.equal(countdown(-5), '00:00:00');
  assert.equal(countdown(1), '00:00:01');
  assert.equal(countdown(3661000), '01:01:01');
  assert.equal(countdown(90061000), '1d 01:01:01');
  assert.equal(countdown(90061000, texts.ko.day), '1일 01:01:01');
});

test('a few moments before the start are worth saying, once', () => {
  assert.equal(milestone(600250, 600000), 600000);
  assert.equal(milestone(600000, 599750), 0);
  assert.equal(milestone(60100, 59850), 60000);
  assert.equal(milestone(10001, 9999), 10000);
  assert.equal(texts.en.remain(60), 'Starts in 1 min');
  assert.equal(texts.ko.remain(10), '10초 뒤에 시작해요');
});

test('both languages say everything', () => {
  const names = (tree) => Object.entries(tree).map(([name, text]) => [name, typeof text === 'object' ? names(text) : typeof text]);
  assert.deepEqual(names(texts.ko), names(texts.en));
  for (const name of ['UPCOMING', 'OPENING', 'SOLD_OUT', 'PAUSED']) assert.ok(texts.en[`button_${name}`]);
  assert.equal(texts.en.days(1), '1 day');
  assert.equal(texts.en.sheets(2), '2 coupons');
});

test('each text is shown somewhere', async () => {
  const code = (await Promise.all(['app.js', 'view.js', 'state.js', 'index.html'].map(source))).join('');
  const made = /^(how|draw)[1-3]$|^status_|^button_|^coupon\.|^(email|name|password|otp)$|^(live|connecting|waiting|none)$/;
  for (const name of Object.keys(texts.ko).filter((each) => !made.test(each))) {
    assert.ok(code.includes(`t.${name}`) || code.includes(`'${name}'`), name);
  }
  const phases = [...(await source('state.js')).matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map(([, name]) => name);
  for (const name of new Set(phases).keys()) if (texts.ko[name] === undefined) assert.match(name, /^(COUPON|EVENT|USER|UNAUTH|FORBIDDEN)/);
});

test('Korean is polite and blames nobody', () => {
  const said = JSON.stringify(texts.ko);
  assert.doesNotMatch(said, /오류|실패|잘못|틀려|틀렸|습니다|하십시오|불가/);
  for (const text of [...Object.values(texts.ko.problems), ...Object.values(texts.ko.fields)]) assert.match(text, /요\.$/);
});

test('a code that a call may get promises nothing that only a claim does', () => {
  assert.notEqual(texts.ko.problems.OVERLOADED, texts.ko.OVERLOADED);
  assert.ok(!texts.ko.problems.OVERLOADED.includes('자동'));
});

test('speaks what the address says, else what the reader reads, else Korean', () => {
  assert.equal(language('?lang=en'), 'en');
  assert.equal(language('?lang=xx'), 'ko');
  assert.equal(language('', ['en-GB', 'ko']), 'en');
  assert.equal(language('', ['de', 'ko-KR', 'en']), 'ko');
  assert.equal(language('?lang=ko', ['en-US']), 'ko');
  assert.equal(language('', ['fr']), 'ko');
  assert.equal(language('?lang=constructor'), 'ko');
});
