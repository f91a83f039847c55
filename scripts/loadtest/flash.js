// A launch: USERS people claim STOCK coupons within SECONDS, from the second on at which the campaign opens.
//
//   BASE_URL        the service (http://127.0.0.1:8080)
//   USERS_CSV       users, as scripts/loadtest/users writes them (../../target/users.csv, seen from this file)
//   USERS, STOCK    how many claim (100000), how many coupons (1000)
//   SECONDS         in which all of them press (5)
//   PACE            open: they press whether or not others were answered, and those that k6 cannot send in time break the
//                   run; closed: VUS at a time, each next one after an answer, for machines that cannot do that (open)
//   LEAD            seconds from the opening of the campaign by the staff to its start (20)
//   EARLY           milliseconds before the start at which the first press; they are refused and come back (0)
//   VUS             of k6: claims that can be under way (2000)
//   EVENT           a campaign that is there already; its startTime is waited for (0: opens its own)
//   P95, P99        milliseconds for answers (2000, 3000)
//   ADMIN_EMAIL, ADMIN_PASSWORD  staff (the demo's)
//   RETRIES         how often a claim that was shed is sent again (3)
//   LOG_COUPONS     1 logs every coupon, for verify --answers (0)
//   RESULT, HTML    files for the figures, for people (none)

import exec from 'k6/execution';
import { sleep } from 'k6';
import { SharedArray } from 'k6/data';
import { CLAIMING, COMMON, settings } from './lib/settings.js';
import { counted, within } from './lib/limits.js';
import { report } from './lib/report.js';
import { parseUsers } from './lib/users.js';
import { account, claim, greet, knownSale, openSale, staffToken } from './lib/service.js';

const run = settings(
  __ENV,
  Object.assign({}, COMMON, CLAIMING, {
    USERS_CSV: '../../target/users.csv',
    USERS: 100000,
    STOCK: 1000,
    SECONDS: 5,
    PACE: 'open',
    LEAD: 20,
    EARLY: 0,
    VUS: 2000,
    EVENT: 0,
    P95: 2000,
    P99: 3000,
  }),
);
const users = new SharedArray('users', () => parseUsers(open(run.USERS_CSV)));
if (run.PACE !== 'open' && run.PACE !== 'closed') throw new Error(`PACE=${run.PACE} is neither open nor closed`);
if (users.length < run.USERS) throw new Error(`${run.USERS_CSV} has ${users.length} users, USERS=${run.USERS}`);

export const options = {
  scenarios: {
    flash:
      run.PACE === 'open'
        ? {
            executor: 'constant-arrival-rate',
            rate: run.USERS,
            timeUnit: `${run.SECONDS}s`,
            duration: `${run.SECONDS + 1}s`, // so that the last ones are sent, too; those after them do nothing
            preAllocatedVUs: run.VUS,
            maxVUs: run.VUS,
            gracefulStop: '60s',
          }
        : { executor: 'shared-iterations', vus: run.VUS, iterations: run.USERS, maxDuration: '10m' },
  },
  setupTimeout: `${run.LEAD + 600}s`,
  thresholds: Object.assign(
    { http_req_failed: ['rate==0'], dropped_iterations: ['count==0'] },
    counted(['main']),
    run.EVENT ? {} : { 'claims{sale:main,ended:won}': [`count==${Math.min(run.STOCK, run.USERS)}`] },
    { 'claims{sale:main,ended:open}': ['count==0'] },
    within('issue', 'issued', run.P95, run.P99),
    within('issue', 'COUPON_SOLD_OUT', run.P95, run.P99),
  ),
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

export function setup() {
  greet('flash', run);
  const sale = run.EVENT
    ? knownSale(run, 'main', run.EVENT)
    : openSale(run, staffToken(run), { name: 'main', stock: run.STOCK, startsInMs: run.LEAD * 1000 });
  const wait = sale.startsAt - run.EARLY - Date.now();
  console.log(`event ${sale.eventId} opens at ${new Date(sale.startsAt).toISOString()}`);
  if (wait > 0) sleep(wait / 1000);
  return { service: run.BASE_URL, sales: [sale], id: Date.now().toString(36) };
}

/** @param {ReturnType<typeof setup>} data */
export default function flash(data) {
  const number = exec.scenario.iterationInTest;
  if (number < run.USERS) claim(run, data.sales[0], users[number], `flash-${data.id}-${number}`);
}

/** @param {ReturnType<typeof setup>} data */
export function teardown(data) {
  account(run, data.sales);
}

/** @param {any} data */
export function handleSummary(data) {
  return report('flash', run, data);
}
