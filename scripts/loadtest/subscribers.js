// Browsers that listen over SockJS, ping, and must hear every change that the staff makes meanwhile. Of all sockets
// CLAIMERS are somebody's: each claims once and must be told of the coupon.
//
//   BASE_URL        the service (http://127.0.0.1:8080)
//   SOCKETS, VUS    sockets (1000), spread over so many VUs (100)
//   RAMP            seconds over which they connect (10)
//   SECONDS         that they stay after that (30)
//   TURNS           changes by the staff meanwhile: pause, resume, pause, ... (4)
//   CLAIMERS        of the VUs, that claim on their first socket (20)
//   PING            seconds between two pings (25)
//   P95, P99        milliseconds to a message; both clocks must agree (1000, 2000)
//   ADMIN_EMAIL, ADMIN_PASSWORD  staff (the demo's)
//   LOG_COUPONS     1 logs every coupon, for verify --answers (0)
//   RESULT, HTML    files for the figures, for people (none)

import exec from 'k6/execution';
import { sleep } from 'k6';
import { COMMON, settings } from './lib/settings.js';
import { counted } from './lib/limits.js';
import { report } from './lib/report.js';
import { listen } from './lib/sockets.js';
import { account, asStaff, freshUsers, greet, openSale, staffToken } from './lib/service.js';

const run = settings(
  __ENV,
  Object.assign({}, COMMON, {
    SOCKETS: 1000,
    VUS: 100,
    RAMP: 10,
    SECONDS: 30,
    TURNS: 4,
    CLAIMERS: 20,
    PING: 25,
    LOG_COUPONS: 0,
    P95: 1000,
    P99: 2000,
  }),
);
const perVu = Math.ceil(run.SOCKETS / run.VUS);
const claimers = Math.min(run.CLAIMERS, run.VUS);

export const options = {
  scenarios: {
    listeners: {
      executor: 'per-vu-iterations',
      exec: 'listeners',
      vus: run.VUS,
      iterations: 1,
      maxDuration: `${run.RAMP + run.SECONDS + 60}s`,
    },
    staff: {
      executor: 'per-vu-iterations',
      exec: 'staff',
      vus: 1,
      iterations: 1,
      startTime: `${run.RAMP + run.SECONDS / 2}s`,
      maxDuration: `${run.SECONDS + 60}s`,
    },
  },
  thresholds: Object.assign(
    {
      http_req_failed: ['rate==0'],
      missed: ['count==0'],
      sockets: [`count==${perVu * run.VUS}`],
      'notice_delay{type:coupon.event}': [`p(95)<${run.P95}`, `p(99)<${run.P99}`],
      'notice_delay{type:coupon.issued}': [`p(95)<${run.P95}`, `p(99)<${run.P99}`],
      'notices{type:coupon.event}': [`count>=${perVu * run.VUS * run.TURNS}`],
      'notices{type:coupon.issued}': [`count>=${claimers}`],
    },
    counted(['main']),
  ),
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

export function setup() {
  greet('subscribers', run);
  const token = staffToken(run);
  const sale = openSale(run, token, { name: 'main', stock: Math.max(1, run.CLAIMERS) * 2 });
  return { service: run.BASE_URL, sales: [sale], token, users: claimers ? freshUsers(run, claimers) : [] };
}

/** @param {ReturnType<typeof setup>} data */
export function listeners(data) {
  const vu = exec.scenario.iterationInTest;
  const user = data.users[vu] || null;
  const began = Date.now();
  for (let i = 0; i < perVu; i++) {
    const at = ((vu + i * run.VUS) * run.RAMP * 1000) / (perVu * run.VUS);
    const stayMs = (run.RAMP + run.SECONDS) * 1000;
    setTimeout(
      () => {
        const left = stayMs - (Date.now() - began);
        listen(run, data.sales[0], {
          stayMs: left,
          pingMs: run.PING * 1000,
          user: i === 0 ? user : null,
          claims: i === 0,
          turns: run.TURNS,
        });
      },
      Math.round(at),
    );
  }
}

/** @param {ReturnType<typeof setup>} data */
export function staff(data) {
  const eventId = data.sales[0].eventId;
  for (let i = 0; i < run.TURNS; i++) {
    asStaff(run, data.token, `/events/${eventId}/${i % 2 ? 'resume' : 'pause'}`, null);
    sleep(run.SECONDS / 3 / run.TURNS);
  }
}

/** @param {ReturnType<typeof setup>} data */
export function teardown(data) {
  account(run, data.sales);
}

/** @param {any} data */
export function handleSummary(data) {
  return report('subscribers', run, data);
}
