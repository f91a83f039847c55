// One user walks every path once: does the service work, and does this machine reach it? A few seconds.
//
//   BASE_URL        the service (http://127.0.0.1:8080); needs loadtest.enabled
//   ADMIN_EMAIL, ADMIN_PASSWORD  staff, who opens the campaign (the demo's)
//   P95, P99        milliseconds for every answer (1000, 2000)
//   RETRIES         how often a claim that was shed is sent again (3)
//   LOG_COUPONS     1 logs every coupon, for verify --answers (0)
//   RESULT, HTML    files for the figures, for people (none)

import { check } from 'k6';
import { CLAIMING, COMMON, settings } from './lib/settings.js';
import { counted, within } from './lib/limits.js';
import { report } from './lib/report.js';
import { browse } from './lib/visits.js';
import { account, call, claim, complain, freshUsers, greet, openSale, press, staffToken } from './lib/service.js';

const run = settings(__ENV, Object.assign({}, COMMON, CLAIMING, { P95: 1000, P99: 2000 }));

export const options = {
  scenarios: { smoke: { executor: 'shared-iterations', vus: 1, iterations: 1, maxDuration: '2m' } },
  thresholds: Object.assign(
    { checks: ['rate==1'], http_req_failed: ['rate==0'] },
    counted(['main']),
    ...['issued', 'replayed', 'COUPON_SOLD_OUT'].map((outcome) => within('issue', outcome, run.P95, run.P99)),
    ...['events', 'event', 'my', 'coupon', 'use', 'cancel-use', 'notifications'].map((endpoint) =>
      within(endpoint, '200', run.P95, run.P99),
    ),
    within('event', '304', run.P95, run.P99),
  ),
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

export function setup() {
  greet('smoke', run);
  const sale = openSale(run, staffToken(run), { name: 'main', stock: 1 });
  return { service: run.BASE_URL, sales: [sale], users: freshUsers(run, 2) };
}

/** @param {ReturnType<typeof setup>} data */
export default function smoke(data) {
  const [sale] = data.sales;
  const [winner, loser] = data.users;
  browse(run, sale, winner);
  const won = claim(run, sale, winner, 'smoke');
  const same = press(run, sale, winner, 'smoke');
  const more = claim(run, sale, winner, 'smoke-2');
  const late = claim(run, sale, loser, 'smoke');
  check(null, {
    'the first claim wins': () => won.outcome === 'issued',
    'the same key is the same coupon': () => same.outcome === 'replayed' && same.couponCode === won.couponCode,
    'one each': () => more.outcome === 'USER_LIMIT_EXCEEDED' || more.outcome === 'COUPON_SOLD_OUT',
    'nothing is left': () => late.outcome === 'COUPON_SOLD_OUT',
  });
  const token = winner.token;
  const coupon = `/api/coupons/${won.couponCode}`;
  const order = { orderId: 'smoke-1', purchaseAmount: 30000 };
  call(run, 'coupon', coupon, [200], { token });
  call(run, 'coupon', coupon, [404], { token: loser.token });
  call(run, 'use', `${coupon}/use`, [200], { token, body: order });
  call(run, 'use', `${coupon}/use`, [200], { token, body: order });
  call(run, 'use', `${coupon}/use`, [409], { token, body: { orderId: 'smoke-2', purchaseAmount: 30000 } });
  call(run, 'cancel-use', `${coupon}/cancel-use`, [200], { token, body: { orderId: 'smoke-1' } });
  call(run, 'notifications', '/api/notifications?after=0', [200], { token });
  for (const path of ['/health/live', '/metrics', '/openapi.yaml', '/']) call(run, path, path, [200]);
  if (won.outcome !== 'issued') complain('the walk ended early');
}

/** @param {ReturnType<typeof setup>} data */
export function teardown(data) {
  account(run, data.sales);
}

/** @param {any} data */
export function handleSummary(data) {
  return report('smoke', run, data);
}
