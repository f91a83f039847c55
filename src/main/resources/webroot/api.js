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
  read() { return JSON.parse(localStorage.getItem(SESSION) || 'null'); },
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

/** Kept until a definite answer: a second press, a reload and a retry all mean the same claim. */
export const claimKey = {
  name: (eventId) => `couponrush.claim.${session.userId}.${eventId}`,
  of(eventId) {
    const name = this.name(eventId);
    let key = sessionStorage.getItem(name);
    if (!key) {
      key = newKey();
      sessionStorage.setItem(name, key);
    }
    return key;
  },
  pending(eventId) { return sessionStorage.getItem(this.name(eventId)) !== null; },
  drop(eventId) { sessionStorage.removeItem(this.name(eventId)); },
};

/** randomUUID is only there on https and localhost. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
}

const samples = [];

/** Readings of the clock that decides who was early. */
export function clockSamples() { return samples; }

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

let refreshing = null;

/** Once for all callers: a refresh token is good for one use. */
export function refresh() {
  refreshing ??= (async () => {
    const tokens = session.read();
    if (!tokens) throw new Problem(401, {code: 'UNAUTHENTICATED'});
    try {
      session.write(await call('POST', '/api/auth/refresh', {body: {refreshToken: tokens.refreshToken}, token: null}));
    } catch (e) {
      if (e instanceof Problem && !e.passing) session.clear();
      throw e;
    }
  })().finally(() => { refreshing = null; });
  return refreshing;
}

/** With a token that has run out, once more with a new one. */
async function asUser(method, path, options) {
  try {
    return await call(method, path, options);
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 401 || !session.token) throw e;
    await refresh();
    return call(method, path, options);
  }
}

export const api = {
  events: () => call('GET', '/api/coupons/events?limit=20', {token: null}),
  event: (id) => asUser('GET', `/api/coupons/events/${id}`),
  mine: () => asUser('GET', '/api/coupons/my?limit=50'),
  mineOf: (eventId) => asUser('GET', `/api/coupons/my?limit=1&eventId=${eventId}`),
  missed: (after) => asUser('GET', `/api/notifications?after=${after}`),
  claim: (eventId, key) =>
    asUser('POST', '/api/coupons/issue', {body: {eventId}, headers: {'Idempotency-Key': key}}),
  enter: (eventId) => asUser('POST', `/api/coupons/events/${eventId}/entries`),
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
