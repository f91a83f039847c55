/**
 * What the page knows and what it shows, without a browser: (state, input) → state. The server decides; nothing here
 * guesses that a coupon was got or that stock is left.
 */

export const RETRIES = 3;
const SEEN_MAX = 300; // more than comes between two readings of the server's list

export const initial = {
  now: 0, // server time in ms, by the measured offset
  signedIn: false,
  expired: false, // the session ended while the page was open
  link: 'none', // none | connecting | live | waiting
  event: null, // the last snapshot, brought up to date by messages
  stale: false, // a message says that the snapshot is not true any more
  claim: {step: 'idle'}, // idle | sending | retrying | unknown | done | entered | refused
  coupon: null,
  notices: [],
  seen: [], // ids of user messages, the latest first: they may come late, and twice
  cursor: null, // up to which id the server's list was read, null before that; live messages do not move it
};

export function step(state, input) {
  switch (input.type) {
    case 'tick': return {...state, now: input.now};
    case 'link': return {...state, link: input.link};
    case 'signedIn': return {...state, signedIn: true, expired: false};
    case 'signedOut': return signedOut(state, !!input.expired);
    case 'recalled': return {...state, cursor: input.cursor, seen: input.seen};
    case 'event': return snapshot(state, input.event);
    case 'leave': return {...state, event: null, stale: false, coupon: null, claim: initial.claim};
    case 'claim': return canClaim(state) || input.again ? {...state, claim: {step: 'sending', attempt: input.attempt || 1}} : state;
    case 'issued': return issued(state, input.coupon);
    case 'entered': return shows(state, input) && state.signedIn ? {...state, claim: {step: 'entered'}} : state;
    case 'held': return state.coupon || !shows(state, input.coupon) ? state : {...state, coupon: input.coupon};
    case 'refused': return shows(state, input) ? refused(state, input) : state;
    case 'lost': return shows(state, input) ? lost(state, input.retryAt) : state;
    case 'notice': return notice(state, input.notice);
    case 'replayed': return {...state, cursor: Math.max(state.cursor || 0, input.upTo)};
    default: return state;
  }
}

/** Whether it is of the event that is looked at: answers come late, and somebody may have gone on to another event. */
function shows(state, {eventId}) { return !!state.event && state.event.eventId === eventId; }

/** What the event was to that user goes with them. */
function signedOut({now, link, event}, expired) {
  const {userIssuedCount, canIssue, ...anybodys} = event || {};
  return {...initial, now, link, event: event && anybodys, expired};
}

/** An older reading must not undo what a message already told. */
function snapshot(state, event) {
  const known = state.event;
  const same = known && known.eventId === event.eventId;
  if (same && (event.generation || 0) < (known.generation || 0)) return {...state, stale: true};
  const next = {...state, event, stale: false};
  return same ? next : {...next, claim: initial.claim, coupon: null};
}

/** The same coupon again counts once. Who may have more asks how many there are. */
function issued(state, coupon) {
  if (!shows(state, coupon) || !state.signedIn) return state;
  const {event} = state;
  const more = state.coupon?.couponCode === coupon.couponCode ? 0 : 1;
  const userIssuedCount = (event.userIssuedCount || 0) + more;
  return {
    ...state, coupon, claim: {step: 'done'}, stale: state.stale || event.maxPerUser > 1, event: {...event, userIssuedCount}};
}

/** A definite no to what was sent. Whoever holds a coupon keeps it, whatever a later answer says. */
function refused(state, {code, retryAt, requestId}) {
  if (state.claim.step !== 'sending') return state;
  if (code === 'UNAUTHENTICATED') return {...state, signedIn: false, expired: true, claim: initial.claim};
  let event = state.event;
  if (event && code === 'COUPON_SOLD_OUT') event = {...event, soldOut: true, remainingCount: 0};
  if (event && code === 'EVENT_PAUSED') event = {...event, status: 'paused'};
  if (event && code === 'EVENT_ENDED') event = {...event, status: 'ended'};
  return {...state, event, stale: true, claim: {step: 'refused', code, retryAt: retryAt || 0, requestId}};
}

/** No answer, or "try again": the same key finds out, a few times by itself and then by hand. */
function lost(state, retryAt) {
  if (state.claim.step !== 'sending') return state;
  const attempt = state.claim.attempt || 1;
  return {...state, claim: attempt <= RETRIES ? {step: 'retrying', attempt, retryAt} : {step: 'unknown', attempt}};
}

function notice(state, {type, id, data}) {
  if (id !== undefined) {
    if (state.seen.includes(id) || id <= state.cursor) return state;
    state = {...state, seen: [id, ...state.seen].slice(0, SEEN_MAX)};
  }
  if (!data) return state;
  const mine = state.event && state.event.eventId === data.eventId;
  switch (type) {
    case 'coupon.issued': {
      const told = {...state, notices: [{type, data}, ...state.notices].slice(0, 5)};
      const known = state.claim.step === 'sending' || state.coupon?.couponCode === data.couponCode;
      return mine && !known ? {...told, stale: true} : told; // another tab claimed, or our answer was lost
    }
    case 'coupon.used':
    case 'coupon.expiring':
    case 'coupon.expired':
    case 'coupon.starting':
    case 'coupon.available':
    case 'coupon.drawn':
      return {...state, notices: [{type, data}, ...state.notices].slice(0, 5)};
    case 'coupon.stock': return mine ? stock(state, data) : state;
    case 'coupon.soldout': return mine ? turn(state, data, true) : state;
    case 'coupon.reopened': return mine ? turn(state, data, false) : state;
    case 'coupon.event': return mine ? {...state, stale: true} : state;
    default: return state;
  }
}

function stock(state, {remainingCount, issuedCount, generation}) {
  const event = state.event;
  if (generation < event.generation) return state;
  return {...state, event: {...event, remainingCount, issuedCount, generation, soldOut: generation % 2 === 1}};
}

function turn(state, {generation}, soldOut) {
  const event = state.event;
  if (generation === undefined) return {...state, stale: true};
  if (generation <= event.generation) return state;
  const claim = !soldOut && state.claim.step === 'refused' ? initial.claim : state.claim;
  const remainingCount = soldOut ? 0 : event.remainingCount;
  return {...state, claim, event: {...event, generation, soldOut, remainingCount}};
}

/** What the page shows; one name for each row of the copy. The coupon wins over everything, sold out over the rest. */
export function phase(state) {
  const {event, claim, now} = state;
  if (!event) return 'LOADING';
  if (claim.step === 'done') return 'CLAIMED';
  if (claim.step === 'sending') return 'CLAIMING';
  if (claim.step === 'retrying') return 'OVERLOADED';
  if (claim.step === 'unknown') return 'UNKNOWN_RESULT';
  if (event.canIssue === false && event.userIssuedCount >= event.maxPerUser) return 'ALREADY_CLAIMED';
  if (claim.step === 'refused' && claim.code === 'USER_LIMIT_EXCEEDED') return 'LIMIT_REACHED';
  if (event.status === 'ended' || now >= Date.parse(event.endTime)) return 'ENDED';
  if (claim.step === 'entered') return 'ENTERED';
  if (event.soldOut) return 'SOLD_OUT';
  if (event.status === 'paused') return 'PAUSED';
  if (now < Date.parse(event.startTime)) return Date.parse(event.startTime) - now <= 2000 ? 'OPENING' : 'UPCOMING';
  if (state.expired) return 'SESSION_EXPIRED';
  if (!state.signedIn) return 'SIGNED_OUT';
  if (claim.step === 'refused' && claim.code === 'RATE_LIMITED' && now < claim.retryAt) return 'RATE_LIMITED';
  if (claim.step === 'refused' && claim.code === 'FORBIDDEN') return 'NOT_INVITED';
  if (claim.step === 'refused' && !REOPENS.has(claim.code)) return 'REFUSED';
  return event.mode === 'draw' ? 'DRAW' : 'OPEN';
}

/** Refusals that say nothing about the next try. */
const REOPENS = new Set(['RATE_LIMITED', 'COUPON_SOLD_OUT', 'EVENT_PAUSED', 'EVENT_NOT_STARTED', 'EVENT_ENDED']);

export function canClaim(state) {
  const name = phase(state);
  return state.signedIn && (['OPEN', 'DRAW', 'REFUSED'].includes(name) || (name === 'CLAIMED' && mayHaveMore(state)));
}

function mayHaveMore(state) {
  const {userIssuedCount, maxPerUser} = state.event;
  return userIssuedCount < maxPerUser && phase({...state, claim: initial.claim}) === 'OPEN';
}

/** What the one button does now; null when there is nothing to do but to wait. */
export function action(state) {
  const name = phase(state);
  if (canClaim(state)) return 'claim';
  if (name === 'UNKNOWN_RESULT') return 'check';
  if (['SIGNED_OUT', 'SESSION_EXPIRED'].includes(name)) return 'signIn';
  if (['CLAIMED', 'ALREADY_CLAIMED', 'LIMIT_REACHED'].includes(name)) return 'wallet';
  return name === 'ENDED' ? 'events' : null;
}

/** Milliseconds to wait: what the server asked for, else twice as long each time; and up to half as much again. */
export function backoff(attempt, {min = 1000, max = 30000, asked = 0, random = Math.random} = {}) {
  const wait = Math.max(asked, Math.min(max, min * 2 ** (attempt - 1)));
  return Math.round(wait * (1 + random() / 2));
}

/** The server's clock minus ours, from samples {sent, received, server}: the one with the shortest way wins. */
export function offset(samples) {
  if (samples.length === 0) return 0;
  const best = samples.reduce((a, b) => (b.received - b.sent < a.received - a.sent ? b : a));
  return best.server - (best.sent + best.received) / 2;
}

const MILESTONES = [600000, 300000, 60000, 10000];

/** Which of the times that are worth saying was passed between two looks at what is left, or 0. */
export function milestone(before, left) { return MILESTONES.find((ms) => before > ms && left <= ms) || 0; }

/** 1d 02:03:04, never negative. */
export function countdown(ms, day = 'd') {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (n) => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return days > 0 ? `${days}${day} ${clock}` : clock;
}
