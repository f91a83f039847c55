// A launch as it is: people look around and listen, and at START seconds a campaign opens that most of them want.
//
//   BASE_URL        the service (http://127.0.0.1:8080)
//   USERS_CSV       users, as scripts/loadtest/users writes them (../../target/users.csv, seen from this file)
//   USERS, STOCK    how many claim (10000), how many coupons (1000)
//   START, PEAK     seconds to the opening (15), and over which all of them press (5)
//   SECONDS         of it all (40)
//   VISITS          visits a second (100)
//   SOCKETS         that listen (500)
//   VUS             of k6, for claims (1000)
//   P95, P99        milliseconds for claims and visits (1000, 2000)
//   ADMIN_EMAIL, ADMIN_PASSWORD  staff (the demo's)
//   RETRIES         how often a claim that was shed is sent again (3)
//   LOG_COUPONS     1 logs every coupon, for verify --answers (0)
//   RESULT, HTML    files for the figures, for people (none)

import exec from 'k6/execution';
import { SharedArray } from 'k6/data';
import { CLAIMING, COMMON, settings } from './lib/settings.js';
import { counted, within } from './lib/limits.js';
import { report } from './lib/report.js';
import { parseUsers } from './lib/users.js';
import { listen } from './lib/sockets.js';
import { browse } from './lib/visits.js';
import { account, claim, greet, openSale, staffToken } from './lib/service.js';

const run = settings(
  __ENV,
  Object.assign({}, COMMON, CLAIMING, {
    USERS_CSV: '../../target/users.csv',
    USERS: 10000,
    STOCK: 1000,
    START: 15,
    PEAK: 5,
    SECONDS: 40,
    VISITS: 100,
    SOCKETS: 500,
    VUS: 1000,
    P95: 1000,
    P99: 2000,
  }),
);
const users = new SharedArray('users', () => parseUsers(open(run.USERS_CSV)));
if (users.length < run.USERS) throw new Error(`${run.USERS_CSV} has ${users.length} users, USERS=${run.USERS}`);
if (run.START + run.PEAK > run.SECONDS) throw new Error('SECONDS must be at least START + PEAK');

export const options = {
  scenarios: {
    visitors: {
      executor: 'constant-arrival-rate',
      exec: 'visitors',
      rate: run.VISITS,
      timeUnit: '1s',
      duration: `${run.SECONDS}s`,
      preAllocatedVUs: run.VISITS,
      maxVUs: run.VISITS * 2,
    },
    listeners: {
      executor: 'per-vu-iterations',
      exec: 'listeners',
      vus: Math.ceil(run.SOCKETS / 10),
      iterations: 1,
      maxDuration: `${run.SECONDS + 60}s`,
    },
    claimers: {
      executor: 'constant-arrival-rate',
      exec: 'claimers',
      rate: run.USERS,
      timeUnit: `${run.PEAK}s`,
      duration: `${run.PEAK + 1}s`, // so that the last ones are sent, too; those after them do nothing
      startTime: `${run.START}s`,
      preAllocatedVUs: run.VUS,
      maxVUs: run.VUS,
      gracefulStop: '60s',
    },
  },
  thresholds: Object.assign(
    { http_req_failed: ['rate==0'], missed: ['count==0'], 'dropped_iterations{scenario:claimers}': ['count==0'] },
    counted(['main']),
    { 'claims{sale:main,ended:won}': [`count==${Math.min(run.STOCK, run.USERS)}`] },
    { 'claims{sale:main,ended:open}': ['count==0'] },
    within('issue', 'issued', run.P95, run.P99),
    within('issue', 'COUPON_SOLD_OUT', run.P95, run.P99),
    within('events', '200', run.P95, run.P99),
    within('event', '200', run.P95, run.P99),
    within('event', '304', run.P95, run.P99),
    within('my', '200', run.P95, run.P99),
    run.STOCK < run.USERS ? { 'notices{type:coupon.soldout}': [`count>=${Math.ceil(run.SOCKETS / 10) * 10}`] } : {},
  ),
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

export function setup() {
  greet('mixed', run);
  const sale = openSale(run, staffToken(run), { name: 'main', stock: run.STOCK, startsInMs: run.START * 1000 });
  return { service: run.BASE_URL, sales: [sale], id: Date.now().toString(36) };
}

/** @param {ReturnType<typeof setup>} data */
export function visitors(data) {
  browse(run, data.sales[0], users[exec.scenario.iterationInTest % users.length]);
}

/** @param {ReturnType<typeof setup>} data */
export function listeners(data) {
  for (let i = 0; i < 10; i++) {
    const wait = Math.round(Math.random() * run.START * 800);
    setTimeout(() => {
      const stayMs = run.SECONDS * 1000 - wait;
      listen(run, data.sales[0], { stayMs, pingMs: 25000, user: null, claims: false, turns: 0 });
    }, wait);
  }
}

/** @param {ReturnType<typeof setup>} data */
export function claimers(data) {
  const number = exec.scenario.iterationInTest;
  if (number < run.USERS) claim(run, data.sales[0], users[number], `mixed-${data.id}-${number}`);
}

/** @param {ReturnType<typeof setup>} data */
export function teardown(data) {
  account(run, data.sales);
}

/** @param {any} data */
export function handleSummary(data) {
  return report('mixed', run, data);
}
