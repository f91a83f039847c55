// Visitors who look around: the list, a campaign, the same again (304), their coupons.
//
//   BASE_URL        the service (http://127.0.0.1:8080)
//   USERS_CSV       users, as scripts/loadtest/users writes them (none: nobody is signed in)
//   RATE, SECONDS   visits a second (500), each of three or four requests, for so long (30)
//   VUS             of k6: visits that can be under way (500)
//   EVENT           the campaign to look at (0: opens its own)
//   P95, P99        milliseconds for every answer (100, 200)
//   ADMIN_EMAIL, ADMIN_PASSWORD  staff (the demo's)
//   RESULT, HTML    files for the figures, for people (none)

import exec from 'k6/execution';
import { SharedArray } from 'k6/data';
import { COMMON, settings } from './lib/settings.js';
import { counted, within } from './lib/limits.js';
import { report } from './lib/report.js';
import { parseUsers } from './lib/users.js';
import { browse } from './lib/visits.js';
import { greet, knownSale, openSale, staffToken } from './lib/service.js';

const run = settings(
  __ENV,
  Object.assign({}, COMMON, { USERS_CSV: '', RATE: 500, SECONDS: 30, VUS: 500, EVENT: 0, P95: 100, P99: 200 }),
);
const users = new SharedArray('users', () => (run.USERS_CSV ? parseUsers(open(run.USERS_CSV)) : []));

export const options = {
  scenarios: {
    browse: {
      executor: 'constant-arrival-rate',
      rate: run.RATE,
      timeUnit: '1s',
      duration: `${run.SECONDS}s`,
      preAllocatedVUs: run.VUS,
      maxVUs: run.VUS,
    },
  },
  thresholds: Object.assign(
    { http_req_failed: ['rate==0'], dropped_iterations: [`count<=${(run.RATE * run.SECONDS) / 100}`] },
    counted([]),
    within('events', '200', run.P95, run.P99),
    within('event', '200', run.P95, run.P99),
    within('event', '304', run.P95, run.P99),
    users.length ? within('my', '200', run.P95, run.P99) : {},
  ),
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

export function setup() {
  greet('browse', run);
  const sale = run.EVENT
    ? knownSale(run, 'main', run.EVENT)
    : openSale(run, staffToken(run), { name: 'main', stock: 1000 });
  return { service: run.BASE_URL, sales: [sale] };
}

/** @param {ReturnType<typeof setup>} data */
export default function visit(data) {
  const user = users.length ? users[exec.scenario.iterationInTest % users.length] : null;
  browse(run, data.sales[0], user);
}

/** @param {any} data */
export function handleSummary(data) {
  return report('browse', run, data);
}
