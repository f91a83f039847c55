// The service as k6 speaks to it: staff, campaigns, claims. Every answer is counted by endpoint, sale and outcome.

import http from 'k6/http';
import { fail, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { codeOf, comeBackAfter, ended, EXPECTED, outcomeOf } from './answers.js';
import { shown } from './settings.js';

/** @typedef {import('./users.js').User} User */
/** @typedef {import('./report.js').Sale} Sale */
/** @typedef {{BASE_URL: string, ADMIN_EMAIL: string, ADMIN_PASSWORD: string}} Settings */
/** @typedef {Settings & {LOG_COUPONS: number}} Logging */
/** @typedef {Logging & {RETRIES: number}} Claiming */

/** Answers to claims, by sale and outcome. */
export const answers = new Counter('answers');
/** Claims, a key each, however often they were sent, by sale and by how they ended. */
export const claims = new Counter('claims');
/** Milliseconds to any answer, by endpoint and outcome. */
export const answerTime = new Trend('answer_time', true);
/** What the contract does not promise. */
export const unexpected = new Counter('unexpected');
/** Coupons beyond the stock, by the service's own account. */
export const overIssue = new Counter('over_issue');

const JSON_BODY = { 'Content-Type': 'application/json' };
/** For requests whose answer is looked at by who sent them. */
export const ANY_STATUS = http.expectedStatuses({ min: 100, max: 599 });

const CLAIM_STATUSES = http.expectedStatuses(...EXPECTED);
let told = 0;

/**
 * Counts something that must not be, and shows the first ones of this VU.
 *
 * @param {string} what
 */
export function complain(what) {
  unexpected.add(1);
  if (told++ < 3) console.error(what);
}

/**
 * Prints what is in effect and finds out whether the service is ready.
 *
 * @param {string} script
 * @param {Settings} settings
 */
export function greet(script, settings) {
  console.log(`${script} with\n${shown(/** @type {any} */ (settings))}`);
  const ready = http.get(`${settings.BASE_URL}/health/ready`, { responseCallback: ANY_STATUS });
  if (ready.status !== 200) fail(`${settings.BASE_URL} is not ready: ${ready.status} ${ready.body || ready.error}`);
}

/**
 * So many fresh users, for runs that need few: what setup() returns is copied to every VU.
 *
 * @param {Settings} settings
 * @param {number} count
 * @returns {User[]}
 */
export function freshUsers(settings, count) {
  const made = http.post(`${settings.BASE_URL}/api/loadtest/users`, JSON.stringify({ count }), { headers: JSON_BODY });
  if (made.status !== 200) fail(`no users for the load: ${made.status}; is loadtest.enabled set?`);
  return String(made.body)
    .trim()
    .split('\n')
    .map((line) => ({ userId: Number(line.split(',')[0]), token: line.split(',')[1] }));
}

/**
 * An access token of the staff.
 *
 * @param {Settings} settings
 * @returns {string}
 */
export function staffToken(settings) {
  const body = JSON.stringify({ email: settings.ADMIN_EMAIL, password: settings.ADMIN_PASSWORD });
  const login = http.post(`${settings.BASE_URL}/api/auth/login`, body, { headers: JSON_BODY });
  if (login.status !== 200) fail(`ADMIN_EMAIL cannot sign in: ${login.status}`);
  return /** @type {string} */ (login.json('accessToken'));
}

/**
 * Something that only the staff may do.
 *
 * @param {Settings} settings
 * @param {string} token
 * @param {string} path below /api/admin
 * @param {object | null} body
 * @returns {any} the answer's body
 */
export function asStaff(settings, token, path, body) {
  const headers = Object.assign({ Authorization: `Bearer ${token}` }, body ? JSON_BODY : {});
  const done = http.post(`${settings.BASE_URL}/api/admin${path}`, body ? JSON.stringify(body) : null, { headers });
  if (done.status >= 300) fail(`${path}: ${done.status} ${done.body}`);
  return done.json();
}

/**
 * Opens a campaign for this run.
 *
 * @param {Settings} settings
 * @param {string} token of staff
 * @param {{name: string, stock: number, perUser?: number, startsInMs?: number}} terms
 * @returns {Sale & {startsAt: number}}
 */
export function openSale(settings, token, terms) {
  const startsAt = Date.now() + (terms.startsInMs === undefined ? -60000 : terms.startsInMs);
  const event = asStaff(settings, token, '/events', {
    title: `Rehearsal: ${terms.name}`,
    totalCount: terms.stock,
    startTime: new Date(startsAt).toISOString(),
    endTime: new Date(startsAt + 6 * 3600 * 1000).toISOString(),
    maxPerUser: terms.perUser || 1,
    discountType: 'fixed',
    discountValue: 1000,
    codePrefix: 'LOAD',
  });
  return { name: terms.name, eventId: event.eventId, stock: terms.stock, fresh: true, startsAt };
}

/**
 * A campaign that is there already.
 *
 * @param {Settings} settings
 * @param {string} name
 * @param {number} eventId
 * @returns {Sale & {startsAt: number}}
 */
export function knownSale(settings, name, eventId) {
  const event = eventOf(settings, eventId);
  return { name, eventId, stock: event.totalCount, fresh: event.issuedCount === 0, startsAt: Date.parse(event.startTime) };
}

/**
 * @param {Settings} settings
 * @param {number} eventId
 * @returns {any}
 */
export function eventOf(settings, eventId) {
  const found = http.get(`${settings.BASE_URL}/api/coupons/events/${eventId}`);
  if (found.status !== 200) fail(`event ${eventId}: ${found.status}`);
  return found.json();
}

/**
 * Claims until there is a last word, or RETRIES came to nothing: the key is the same in every try.
 *
 * @param {Claiming} settings
 * @param {Sale} sale
 * @param {User} user
 * @param {string} key
 * @returns {{outcome: string, couponCode: string}}
 */
export function claim(settings, sale, user, key) {
  let last = press(settings, sale, user, key);
  for (let tries = 0; tries < settings.RETRIES; tries++) {
    const wait = comeBackAfter(last.outcome, last.retryAfter, Math.random());
    if (wait < 0) break;
    sleep(wait);
    last = press(settings, sale, user, key);
  }
  claims.add(1, { sale: sale.name, ended: ended(last.outcome) });
  return last;
}

/**
 * Claims once, whatever comes.
 *
 * @param {Logging} settings
 * @param {Sale} sale
 * @param {User} user
 * @param {string} key
 */
export function claimOnce(settings, sale, user, key) {
  return claim(Object.assign({}, settings, { RETRIES: 0 }), sale, user, key);
}

/**
 * Sends a claim whose key is spent, or one more time: the answer counts, and no other claim.
 *
 * @param {Logging} settings
 * @param {Sale} sale
 * @param {User} user
 * @param {string} key
 */
export function press(settings, sale, user, key) {
  const answer = http.post(`${settings.BASE_URL}/api/coupons/issue`, `{"eventId":${sale.eventId}}`, {
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${user.token}`, 'Idempotency-Key': key },
    tags: { name: 'POST /api/coupons/issue' },
    responseCallback: CLAIM_STATUSES,
    timeout: '20s',
  });
  const replayed = answer.headers['Idempotency-Replayed'] === 'true';
  const outcome = outcomeOf(answer.status, codeOf(answer.body), replayed);
  answers.add(1, { sale: sale.name, outcome });
  answerTime.add(answer.timings.duration, { endpoint: 'issue', outcome });
  if (outcome === 'unexpected' || outcome === 'no_answer') {
    complain(`claim: ${answer.status} ${answer.error} ${answer.body}`);
  }
  let couponCode = '';
  if (answer.status === 201) {
    const coupon = /** @type {any} */ (answer.json());
    couponCode = coupon.couponCode;
    logCoupon(settings, coupon);
  }
  return { outcome, couponCode, retryAfter: answer.headers['Retry-After'] };
}

/**
 * With LOG_COUPONS, writes down a coupon that somebody was shown, for verify --answers.
 *
 * @param {Logging} settings
 * @param {any} coupon
 */
export function logCoupon(settings, coupon) {
  if (settings.LOG_COUPONS) {
    console.log(`coupon ${coupon.eventId} ${coupon.couponId} ${coupon.userId} ${coupon.couponCode}`);
  }
}

/**
 * Any other call: its answer has to have one of these statuses.
 *
 * @param {Settings} settings
 * @param {string} endpoint
 * @param {string} path
 * @param {number[]} statuses
 * @param {{token?: string, headers?: Record<string, string>, body?: object, method?: string}} [more]
 */
export function call(settings, endpoint, path, statuses, more) {
  const { token, headers, body, method } = more || {};
  const answer = http.request(
    method || (body ? 'POST' : 'GET'),
    `${settings.BASE_URL}${path}`,
    body ? JSON.stringify(body) : null,
    {
      headers: Object.assign({}, body ? JSON_BODY : {}, token ? { Authorization: `Bearer ${token}` } : {}, headers),
      tags: { name: endpoint },
      responseCallback: http.expectedStatuses(...statuses),
      timeout: '20s',
    },
  );
  answerTime.add(answer.timings.duration, { endpoint, outcome: `${answer.status}` });
  if (statuses.indexOf(answer.status) < 0) {
    complain(`${endpoint}: ${answer.status} instead of ${statuses.join(' or ')}: ${answer.error} ${answer.body}`);
  }
  return answer;
}

/**
 * After a run: what the service itself says was issued.
 *
 * @param {Settings} settings
 * @param {Sale[]} sales
 */
export function account(settings, sales) {
  sleep(1.5); // what the public reads may be a second old
  for (const sale of sales) {
    const event = eventOf(settings, sale.eventId);
    overIssue.add(Math.max(0, event.issuedCount - event.totalCount));
    console.log(`${sale.name}: event ${sale.eventId} issued ${event.issuedCount} of ${event.totalCount}`);
  }
}
