// Claims at a constant rate, whatever the service does with them: WIN of 100 get a coupon, of the others one half repeats
// a claim that won and one half asks for what is sold out.
//
//   BASE_URL        the service (http://127.0.0.1:8080)
//   USERS_CSV       users, as scripts/loadtest/users writes them (../../target/users.csv, seen from this file)
//   RATE            claims a second (10000)
//   SECONDS         of it (60)
//   WARM_UP         seconds before that (10), at the same rate, that count for the books only
//   WIN             percent that get a coupon (10)
//   VUS             of k6: claims that can be under way (1000)
//   P95, P99        milliseconds for every outcome (100, 200)
//   DROPPED         percent that k6 may fail to send in time (1): above it, k6 needs more VUS or more cores
//   ADMIN_EMAIL, ADMIN_PASSWORD  staff (the demo's)
//   RETRIES         how often a claim that was shed is sent again (0)
//   LOG_COUPONS     1 logs every coupon, for verify --answers (0)
//   RESULT, HTML    files for the figures, for people (none)

import exec from 'k6/execution';
import { SharedArray } from 'k6/data';
import { CLAIMING, COMMON, settings } from './lib/settings.js';
import { counted, within } from './lib/limits.js';
import { report } from './lib/report.js';
import { parseUsers } from './lib/users.js';
import { account, claim, freshUsers, greet, openSale, press, staffToken } from './lib/service.js';

const run = settings(
  __ENV,
  Object.assign({}, COMMON, CLAIMING, {
    RETRIES: 0,
    USERS_CSV: '../../target/users.csv',
    RATE: 10000,
    SECONDS: 60,
    WARM_UP: 10,
    WIN: 10,
    VUS: 1000,
    P95: 100,
    P99: 200,
    DROPPED: 1,
  }),
);
const users = new SharedArray('users', () => parseUsers(open(run.USERS_CSV)));
const PER_USER = 100;
const expected = Math.ceil((run.RATE * (run.SECONDS + run.WARM_UP) * run.WIN) / 100);
if (users.length * PER_USER < expected * 2) {
  throw new Error(`${users.length} users can hold ${users.length * PER_USER} coupons; ${expected * 2} are needed`);
}

/**
 * @param {number} seconds
 * @param {number} after
 */
function atRate(seconds, after) {
  return {
    executor: 'constant-arrival-rate',
    rate: run.RATE,
    timeUnit: '1s',
    duration: `${seconds}s`,
    startTime: `${after}s`,
    preAllocatedVUs: run.VUS,
    maxVUs: run.VUS,
    gracefulStop: '30s',
  };
}

export const options = {
  scenarios: Object.assign(
    run.WARM_UP ? { warm_up: atRate(run.WARM_UP, 0) } : {},
    { steady: atRate(run.SECONDS, run.WARM_UP) },
  ),
  thresholds: Object.assign(
    {
      http_req_failed: ['rate==0'],
      'dropped_iterations{scenario:steady}': [`count<=${(run.RATE * run.SECONDS * run.DROPPED) / 100}`],
      'claims{sale:main,ended:won}': ['count>0'],
    },
    counted(['main', 'sold_out']),
    { 'claims{sale:main,ended:open}': ['count==0'], 'claims{sale:sold_out,ended:open}': ['count==0'] },
    within('issue,scenario:steady', 'issued', run.P95, run.P99),
    within('issue,scenario:steady', 'replayed', run.P95, run.P99),
    within('issue,scenario:steady', 'COUPON_SOLD_OUT', run.P95, run.P99),
  ),
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

export function setup() {
  greet('steady', run);
  const staff = staffToken(run);
  const main = openSale(run, staff, { name: 'main', stock: expected * 2, perUser: PER_USER });
  const soldOut = openSale(run, staff, { name: 'sold_out', stock: 1 });
  const [buyer] = freshUsers(run, 1);
  if (claim(run, soldOut, buyer, 'sells-out').outcome !== 'issued') throw new Error('the one coupon could not be claimed');
  return { service: run.BASE_URL, sales: [main, soldOut], id: Date.now().toString(36) };
}

/** @type {{user: import('./lib/users.js').User, key: string} | null} what this VU won last */
let last = null;

/** @param {ReturnType<typeof setup>} data */
export default function steady(data) {
  const [main, soldOut] = data.sales;
  const number = exec.scenario.iterationInTest;
  const key = `${exec.scenario.name}-${data.id}-${number}`;
  const user = users[(number + (exec.scenario.name === 'steady' ? run.RATE * run.WARM_UP : 0)) % users.length];
  if (number % 100 < run.WIN) {
    if (claim(run, main, user, key).outcome === 'issued') last = { user, key };
  } else if (number % 2 && last) {
    press(run, main, last.user, last.key);
  } else {
    claim(run, soldOut, user, key);
  }
}

/** @param {ReturnType<typeof setup>} data */
export function teardown(data) {
  account(run, data.sales);
}

/** @param {any} data */
export function handleSummary(data) {
  return report('steady', run, data);
}
