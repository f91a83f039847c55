/** Calls to the server: who is signed in, and the one key of a claim. */

const SESSION = 'couponrush.session';
const TIMEOUT_MS = 6000;

export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.code || `HTTP ${status}`);
    this.status = status;
    this.code = body.code || 'INTERNAL_ERROR';
    this.requestId = body.requestId || '';
    this.retryAfterMs = retryAfter ? Number(retryAfter) * 1000 : 0;
    this.errors = body.errors || [];
  }

  /** Whether the same request with the same key may find another answer. */
  get passing() { return this.status >= 500 || this.status === 408; }
}

export const session = {
  name: SESSION,
  read() { return stored(SESSION); },
  write(tokens) { localStorage.setItem(SESSION, JSON.stringify(tokens)); },
  clear() { localStorage.removeItem(SESSION); },
  get token() { return this.read()?.accessToken || null; },
  get userId() {
    const token = this.token;
    if (!token) return null;
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(payload)).userId;
  },
};

function stored(name) { return JSON.parse(localStorage.getItem(name) || 'null'); }

/** What this browser has told a user: up to where the server's list was read, and the ids that came since. */
export const told = {
  read: (userId) => stored(`couponrush.told.${userId}`) || {cursor: null, seen: []},
  write: (userId, {cursor, seen}) =>
    localStorage.setItem(`couponrush.told.${userId}`, JSON.stringify({cursor, seen: seen.slice(0, 100)})),
};

/** Kept until a definite answer: a second press, a reload and a retry all mean the same claim. */
export const claimKey = {
  name: (eventId) => `couponrush.claim.${session.userId}.${eventId}`,
  of(eventId) {
    const name = this.name(eventId);
    const value = sessionStorage.getItem(name) || newKey();
    sessionStorage.setItem(name, value);
    return {value, drop: () => sessionStorage.removeItem(name)}; // also when another user is here by then
  },
  pending(eventId) { return sessionStorage.getItem(this.name(eventId)) !== null; },
};

/** randomUUID is only there on https and localhost. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
}

const samples = [];

/** Readings of the clock that decides who was early. */
export function clockSamples() { return samples; }

/** What our own clock did meanwhile is not known. */
export function forgetClock() { samples.length = 0; }

async function call(method, path, {body, headers = {}, token = session.token} = {}) {
  const sent = Date.now();
  const response = await fetch(path, {
    method,
    headers: {
      ...(body ? {'Content-Type': 'application/json'} : {}),
      ...(token ? {Authorization: `Bearer ${token}`} : {}),
      ...headers,
    },
    body: body && JSON.stringify(body),
    cache: 'no-store',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const server = response.headers.get('X-Server-Time');
  if (server) {
    samples.push({sent, received: Date.now(), server: Date.parse(server)});
    if (samples.length > 10) samples.shift();
  }
  const text = await response.text();
  const json = text ? JSON.parse(text) : null;
  if (!response.ok) throw new Problem(response.status, json || {}, response.headers.get('Retry-After'));
  return json;
}

const TURN_MS = TIMEOUT_MS + 4000;
const LOOK_MS = 100;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/**
 * Changes whose turn it is, {owner, until, spent}, and resolves with what it is then. All tabs see the changes in one
 * order, also without https. What one writes to localStorage the others see some time later.
 */
function turn(change) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('couponrush', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('turns');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction('turns', 'readwrite');
      const turns = transaction.objectStore('turns');
      let now;
      turns.get('refresh').onsuccess = ({target}) => {
        now = change(target.result || {until: 0});
        turns.put(now, 'refresh');
      };
      transaction.oncomplete = () => { database.close(); resolve(now); };
      transaction.onabort = () => { database.close(); reject(transaction.error); };
    };
  });
}

/** One tab at a time; work is told which token was the last to be replaced, and tells which is now. */
async function inTurn(work) {
  const mine = newKey();
  const take = (now) => (now.until > Date.now() ? now : {...now, owner: mine, until: Date.now() + TURN_MS});
  let taken = await turn(take);
  while (taken.owner !== mine) {
    await pause(LOOK_MS * (1 + Math.random()));
    taken = await turn(take);
  }
  let {spent} = taken;
  try {
    spent = await work(spent);
  } finally {
    await turn((now) => (now.owner === mine ? {until: 0, spent} : now));
  }
}

let refreshing = null;

/** New tokens in place of the refused one, once for all tabs: a refresh token used twice ends the session. */
export function refresh(refused) {
  refreshing ??= inTurn(async (spent) => {
    const until = Date.now() + TIMEOUT_MS;
    while (spent === refused && session.token === refused && Date.now() < until) await pause(LOOK_MS); // on its way here
    const tokens = session.read();
    if (!tokens) throw new Problem(401, {code: 'UNAUTHENTICATED'});
    if (tokens.accessToken !== refused) return spent; // another tab was here
    try {
      session.write(await call('POST', '/api/auth/refresh', {body: {refreshToken: tokens.refreshToken}, token: null}));
    } catch (e) {
      if (e instanceof Problem && !e.passing && e.status !== 429) session.clear();
      throw e;
    }
    return refused;
  }).finally(() => { refreshing = null; });
  return refreshing;
}

/** With a token that has run out, once more with a new one of the same user. */
async function asUser(method, path, options) {
  const {token, userId} = session;
  try {
    return await call(method, path, {...options, token});
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 401 || !token) throw e;
    await refresh(token);
    if (session.userId !== userId) throw e;
    return call(method, path, options);
  }
}

const page = (path, cursor) => path + (cursor ? `&cursor=${encodeURIComponent(cursor)}` : '');

export const api = {
  events: (cursor) => call('GET', page('/api/coupons/events?limit=20', cursor), {token: null}),
  event: (id) => asUser('GET', `/api/coupons/events/${id}`),
  mine: (cursor) => asUser('GET', page('/api/coupons/my?limit=20', cursor)),
  mineOf: (eventId) => asUser('GET', `/api/coupons/my?limit=1&eventId=${eventId}`),
  missed: (after) => asUser('GET', `/api/notifications?limit=100&after=${after}`),
  claim: (eventId, key) =>
    asUser('POST', '/api/coupons/issue', {body: {eventId}, headers: {'Idempotency-Key': key}}),
  enter: (eventId) => asUser('POST', `/api/coupons/events/${eventId}/entries`),
  draw: (eventId) => asUser('GET', `/api/coupons/events/${eventId}/draw`),
  async login(email, password, otp) {
    session.write(await call('POST', '/api/auth/login', {body: {email, password, ...(otp ? {otp} : {})}, token: null}));
  },
  register: (email, password, name) =>
    call('POST', '/api/auth/register', {body: {email, password, name}, token: null}),
  async logout() {
    const tokens = session.read();
    session.clear();
    if (tokens) await call('POST', '/api/auth/logout', {body: {refreshToken: tokens.refreshToken}, token: null});
  },
};
