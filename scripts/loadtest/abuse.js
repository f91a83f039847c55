// People who do what they should not: hammer, forge tokens, repeat keys, send nonsense. Each gets the documented answer,
// and nothing is issued that should not be.
//
//   BASE_URL        the service (http://127.0.0.1:8080); needs loadtest.enabled
//   ROUNDS, VUS     how often all of it is tried (20), by so many at a time (5)
//   BURST           claims of one user at once; more than limits.issueBurst of the service (40)
//   P95, P99        milliseconds for every answer (1000, 2000)
//   ADMIN_EMAIL, ADMIN_PASSWORD  staff (the demo's)
//   LOG_COUPONS     1 logs every coupon, for verify --answers (0)
//   RESULT, HTML    files for the figures, for people (none)

import exec from 'k6/execution';
import http from 'k6/http';
import { check } from 'k6';
import { COMMON, settings } from './lib/settings.js';
import { counted, within } from './lib/limits.js';
import { report } from './lib/report.js';
import { codeOf, outcomeOf } from './lib/answers.js';
import {
  account,
  ANY_STATUS,
  answers,
  answerTime,
  claimOnce,
  claims,
  complain,
  freshUsers,
  greet,
  logCoupon,
  openSale,
  staffToken,
} from './lib/service.js';

const run = settings(__ENV, Object.assign({}, COMMON, { ROUNDS: 20, VUS: 5, BURST: 40, P95: 1000, P99: 2000, LOG_COUPONS: 0 }));

/** Of all that is tried here. */
function times() {
  const limits = (/** @type {string} */ endpoint) => (/** @type {string} */ outcome) =>
    within(endpoint, outcome, run.P95, run.P99);
  return [
    ...['issued', 'replayed', 'RATE_LIMITED', 'IDEMPOTENCY_KEY_REUSED'].map(limits('issue')),
    ...['400', '401', '404', '413', '415'].map(limits('nonsense')),
  ];
}

export const options = {
  scenarios: { abuse: { executor: 'shared-iterations', vus: run.VUS, iterations: run.ROUNDS, maxDuration: '5m' } },
  thresholds: Object.assign(
    { checks: ['rate==1'] },
    counted(['main', 'other']),
    {
      'answers{sale:main,outcome:RATE_LIMITED}': ['count>0'],
      'claims{sale:main,ended:won}': [`count==${2 * run.ROUNDS}`],
    },
    ...times(),
  ),
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

export function setup() {
  greet('abuse', run);
  const staff = staffToken(run);
  const sales = [
    openSale(run, staff, { name: 'main', stock: run.ROUNDS * 10, perUser: 5 }),
    openSale(run, staff, { name: 'other', stock: run.ROUNDS * 10 }),
  ];
  return { service: run.BASE_URL, sales, users: freshUsers(run, run.ROUNDS * 3) };
}

/** @param {ReturnType<typeof setup>} data */
export default function abuse(data) {
  const round = exec.scenario.iterationInTest;
  const [main, other] = data.sales;
  const [hammering, reusing, babbling] = data.users.slice(3 * round, 3 * round + 3);
  storm(main, hammering, `storm-${round}`);
  claimOnce(run, main, reusing, `reused-${round}`);
  const reused = claimOnce(run, other, reusing, `reused-${round}`).outcome;
  check(null, { 'a key is for one campaign': () => reused === 'IDEMPOTENCY_KEY_REUSED' });
  for (const token of badTokens(reusing.token)) {
    expect(401, 'UNAUTHENTICATED', claimOf(main.eventId, token, `bad-${round}`));
  }
  nonsense(main.eventId, babbling.token);
}

/**
 * One key, BURST times at once: one coupon, and beyond the limit a clear word.
 *
 * @param {import('./lib/report.js').Sale} sale
 * @param {import('./lib/users.js').User} user
 * @param {string} key
 */
function storm(sale, user, key) {
  /** @type {any[]} */
  const requests = [];
  for (let i = 0; i < run.BURST; i++) {
    const { url, body, params } = claimOf(sale.eventId, user.token, key);
    requests.push(['POST', url, body, params]);
  }
  /** @type {Record<string, boolean>} */
  const codes = {};
  for (const answer of http.batch(requests)) {
    const outcome = outcomeOf(answer.status, codeOf(answer.body), answer.headers['Idempotency-Replayed'] === 'true');
    answers.add(1, { sale: sale.name, outcome });
    answerTime.add(answer.timings.duration, { endpoint: 'issue', outcome });
    if (answer.status === 201) {
      codes[String(answer.json('couponCode'))] = true;
      logCoupon(run, answer.json());
    } else if (outcome !== 'RATE_LIMITED' || !answer.headers['Retry-After']) {
      complain(`storm: ${answer.status} ${answer.body}`);
    }
  }
  const won = Object.keys(codes).length;
  check(null, { 'one key is one coupon': () => won === 1 });
  claims.add(1, { sale: sale.name, ended: won > 0 ? 'won' : 'open' });
}

/**
 * @param {number} eventId
 * @param {string} token
 * @param {string} key
 */
function claimOf(eventId, token, key) {
  /** @type {Record<string, string>} */
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
  if (token) headers.Authorization = token.indexOf(' ') < 0 ? `Bearer ${token}` : token;
  return {
    url: `${run.BASE_URL}/api/coupons/issue`,
    body: `{"eventId":${eventId}}`,
    params: { headers, responseCallback: ANY_STATUS, tags: { name: 'POST /api/coupons/issue' } },
  };
}

/** @param {string} good */
function badTokens(good) {
  const [head, claimsPart, signature] = good.split('.');
  const none = 'eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0'; // {"alg":"none","typ":"JWT"}
  return [
    '',
    'nonsense',
    `Basic ${good}`,
    `${none}.${claimsPart}.`,
    `${none}.${claimsPart}.${signature}`,
    `${head}.${claimsPart}.${signature.slice(0, -4)}AAAA`,
    `${head}.${claimsPart.slice(0, -3)}AAA.${signature}`,
    `${good}.${signature}`,
  ];
}

/**
 * @param {number} eventId
 * @param {string} token
 */
function nonsense(eventId, token) {
  const { url, params } = claimOf(eventId, token, 'nonsense');
  /** @param {string} body */
  const claiming = (body) => ({ url, body, params });
  for (const body of ['', '{', '[]', '{"eventId":"1"}', '{"eventId":-1}', '{"eventId":1.5}', '{"eventId":1,"more":1}']) {
    expect(400, 'VALIDATION_FAILED', claiming(body));
  }
  expect(404, 'EVENT_NOT_FOUND', claiming('{"eventId":900000000000000}'));
  expect(413, 'PAYLOAD_TOO_LARGE', claiming(`{"eventId":1,"more":"${'x'.repeat(20000)}"}`));
  const plain = Object.assign({}, params.headers, { 'Content-Type': 'text/plain' });
  expect(415, 'UNSUPPORTED_MEDIA_TYPE', { url, body: '{"eventId":1}', params: Object.assign({}, params, { headers: plain }) });
  expect(404, 'NOT_FOUND', { url: `${run.BASE_URL}/api/nowhere`, body: '{}', params });
}

/**
 * The answer to that request has that status and code.
 *
 * @param {number} status
 * @param {string} code
 * @param {{url: string, body: string, params: any}} request
 */
function expect(status, code, request) {
  const answer = http.post(request.url, request.body, request.params);
  answerTime.add(answer.timings.duration, { endpoint: 'nonsense', outcome: `${answer.status}` });
  if (answer.status !== status || codeOf(answer.body) !== code) {
    complain(`${answer.status} instead of ${status}: ${answer.body} for ${request.body.slice(0, 80)}`);
  }
}

/** @param {ReturnType<typeof setup>} data */
export function teardown(data) {
  account(run, data.sales);
}

/** @param {any} data */
export function handleSummary(data) {
  return report('abuse', run, data);
}
