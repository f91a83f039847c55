/** Puts the page together: what is shown follows from the address, the state, and what the server says. */

import {api, claimKey, clockSamples, forgetClock, Problem, refresh, session, told} from './api.js';
import {language, texts} from './i18n.js';
import {Live} from './live.js';
import {backoff, initial, milestone, offset, phase, step} from './state.js';
import {account, cards, couponCard, eventCard, EventPage, failure, formats, h, text, wording} from './view.js';

const lang = language(location.search, navigator.languages);
const t = texts[lang];
const f = formats(lang);
const main = document.getElementById('main');
const now = () => Date.now() + offset(clockSamples());
const eventAddress = (id) => `coupon.events.${id}`;
const userAddress = (id) => `coupon.users.${id}`;

let state = {...initial, now: now()};
let user = null; // whose messages are heard
let page = null;
let listening = null;
let spoken = '';

function put(input) {
  const before = state;
  state = step(state, input);
  if (user && (state.seen !== before.seen || state.cursor !== before.cursor)) told.write(user, state);
  show(before);
}

function show(before) {
  page?.show(state);
  const link = document.getElementById('link');
  link.dataset.link = state.link;
  text(link, t[state.link]);
  const name = page && state.event ? phase(state) : '';
  if (name && name !== spoken) say(name);
  spoken = name;
  if (name === 'UPCOMING') count(before);
  if (state.stale) reloadSoon();
  if (state.event && !state.coupon && (state.event.userIssuedCount > 0 || name === 'LIMIT_REACHED')) findCoupon();
}

/** One region for each change: what must not be missed interrupts, the rest waits. */
function say(name) {
  const loud = ['OPENING', 'OPEN', 'CLAIMED', 'SOLD_OUT', 'SESSION_EXPIRED'].includes(name) && spoken !== '';
  text(document.getElementById('assertive'), loud ? t[name] : '');
  if (!loud) tell(t[name]);
}

const SPOKEN_MS = 5000;

/** Spoken when nobody speaks; each line once. */
function tell(message) {
  const line = h('p', {}, message);
  document.getElementById('polite').append(line);
  setTimeout(() => line.remove(), SPOKEN_MS);
}

/** The timer itself is silent. */
function count(before) {
  const start = Date.parse(state.event.startTime);
  const passed = milestone(start - before.now, start - state.now);
  if (passed) tell(t.remain(passed / 1000));
}

const PATIENCE_MS = 10000;
let refusedAt = 0;

/** A token that has run out is replaced, but not over and over. */
function refusedToHear(address, token) {
  if (!session.token || address !== userAddress(user) || Date.now() - refusedAt < PATIENCE_MS) return;
  refusedAt = Date.now();
  refresh(token).then(() => live.again(address), (problem) => problem.status === 401 && signedOut());
}

const live = new Live({
  link: (link) => put({type: 'link', link}),
  message: (notice) => { if (hears(notice)) toast(t[notice.type]); },
  open: () => {
    reload();
    replay();
  },
  missed: (askAfterMs) => setTimeout(replay, askAfterMs),
  refused: refusedToHear,
});

/** Whether it is a message to the user that was not known. */
function hears(notice) {
  const {notices} = state;
  put({type: 'notice', notice});
  return notice.id !== undefined && state.notices !== notices;
}

let replaying = Promise.resolve();

/** What was missed while the socket, or the way to this node, was away. */
function replay(attempt = 1) {
  replaying = replaying.then(readMissed).catch((problem) => {
    if (problem.status === 401) { if (!session.token && user) signedOut(); }
    else if (!problem.status || problem.passing) setTimeout(replay, backoff(attempt), attempt + 1);
  });
}

/** Until there is no more. What came before this browser ever asked is no news. */
async function readMissed() {
  const reader = user;
  const first = state.cursor === null;
  const news = [];
  for (let items = [1]; reader && items.length > 0;) {
    const missed = await api.missed(state.cursor || 0);
    if (reader !== user) return;
    ({items} = missed);
    news.push(...items.filter(hears));
    put({type: 'replayed', upTo: missed.nextAfter});
  }
  if (first) return;
  if (news.length > TOASTS_MAX) toast(t.whileAway(news.length));
  else news.forEach(({type}) => toast(t[type]));
}

let looking = 0;

/** What this user got of the event before. */
async function findCoupon() {
  const {eventId} = state.event;
  if (looking === eventId) return;
  looking = eventId;
  const found = await api.mineOf(eventId).catch(() => ({items: []}));
  if (found.items[0] && found.items[0].userId === user) put({type: 'held', coupon: found.items[0]});
}

const SPREAD_MS = 2000;
let reloading = false;

/** Everybody hears of a change at the same moment: not everybody may ask at that moment. */
function reloadSoon() {
  if (reloading) return;
  reloading = true;
  setTimeout(() => { reloading = false; reload(); }, Math.random() * SPREAD_MS);
}

/** What is shown stays when a reading fails. */
async function reload() {
  if (!state.event) return;
  const reader = user;
  const {eventId} = state.event;
  try {
    const event = await api.event(eventId);
    if (reader === user && state.event?.eventId === eventId) put({type: 'event', event});
  } catch (problem) {
    if (problem.status === 401 && reader === user) signedOut();
  }
}

let retry = 0;

async function claim(again = false) {
  if (!state.event) return;
  const {eventId, mode} = state.event;
  const attempt = state.claim.step === 'retrying' ? state.claim.attempt + 1 : 1;
  put({type: 'claim', again, attempt});
  if (state.claim.step !== 'sending') return;
  const key = claimKey.of(eventId);
  const claimer = user;
  try {
    if (mode === 'draw') {
      await api.enter(eventId);
      key.drop();
      put({type: 'entered', eventId});
    } else {
      const coupon = await api.claim(eventId, key.value);
      key.drop();
      if (coupon.userId === user) put({type: 'issued', coupon});
    }
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.passing) lost(eventId, problem, attempt);
    else if (problem.status !== 401) refused(eventId, problem, key);
    else if (claimer === user) signedOut(); // and the key is kept for when they are back
  }
}

function refused(eventId, {code, requestId, retryAfterMs}, key) {
  key.drop();
  put({type: 'refused', eventId, code, requestId, retryAt: retryAfterMs ? now() + retryAfterMs : 0});
}

/** Asks again for the event that it was about, and only while that is looked at. */
function lost(eventId, problem, attempt) {
  const wait = backoff(attempt, {asked: problem.retryAfterMs || 0, max: 8000});
  put({type: 'lost', eventId, retryAt: now() + wait});
  if (state.event?.eventId !== eventId || state.claim.step !== 'retrying') return;
  clearTimeout(retry);
  retry = setTimeout(() => state.event?.eventId === eventId && state.claim.step === 'retrying' && claim(true), wait);
}

function signedIn() {
  user = session.userId;
  put({type: 'signedIn'});
  put({type: 'recalled', ...told.read(user)});
  live.listen(userAddress(user), () => session.token);
  if (state.link === 'live') replay();
}

function signedOut() {
  session.clear();
  unhear(true);
  chrome();
}

/** expired: not because somebody wanted it */
function unhear(expired) {
  if (user) live.forget(userAddress(user));
  user = null;
  clearTimeout(retry);
  put({type: 'signedOut', expired});
}

/** Another tab signed in or out, or has new tokens. */
function elsewhere() {
  if (session.userId === user) return;
  unhear(false);
  if (session.token) signedIn();
  route(false);
}

const TOASTS_MAX = 3;
const TOAST_MS = 10000;

/** Shown until it was there long enough, is pointed at no more, or is closed; spoken by the region for that. */
function toast(message) {
  if (!message) return;
  tell(message);
  const toasts = document.getElementById('toasts');
  const note = h('div', {class: 'toast'}, h('span', {'aria-hidden': 'true'}, message),
    h('button', {type: 'button', 'aria-label': t.close, onclick: () => note.remove()}, '×'));
  toasts.append(note);
  while (toasts.children.length > TOASTS_MAX) toasts.firstChild.remove();
  const fade = () => (note.matches(':hover, :focus-within') ? setTimeout(fade, TOAST_MS) : note.remove());
  setTimeout(fade, TOAST_MS);
}

async function copy(code, button) {
  try {
    await navigator.clipboard.writeText(code);
    text(button, t.copied);
  } catch {
    getSelection().selectAllChildren(button.parentElement.querySelector('.code'));
  }
}

// where we are

const query = () => new URLSearchParams(location.search);

function link(changes) {
  const next = query();
  for (const [name, value] of Object.entries(changes)) value ? next.set(name, value) : next.delete(name);
  return next.size ? `?${next}` : '/';
}

const go = (changes) => (e) => {
  e?.preventDefault();
  history.pushState(null, '', link({event: null, view: null, ...changes}));
  route();
};

function chrome() {
  const old = document.getElementById('tabs');
  const tab = (label, changes, here) =>
    h('a', {href: link({event: null, view: null, ...changes}), onclick: go(changes), 'aria-current': here ? 'page' : null}, label);
  const view = query().get('view');
  const tabs = h('nav', {id: 'tabs', class: 'tabs', 'aria-label': 'CouponRush'},
    tab(t.events, {}, !view),
    session.token ? tab(t.mine, {view: 'mine'}, view === 'mine') : tab(t.signIn, {view: 'login'}, view === 'login' || view === 'register'),
    session.token ? h('button', {type: 'button', onclick: leave}, t.signOut) : null);
  old ? old.replaceWith(tabs) : main.before(tabs);
  for (const each of ['ko', 'en']) {
    const choice = document.getElementById(`lang-${each}`);
    choice.href = link({lang: each});
    each === lang ? choice.setAttribute('aria-current', 'true') : choice.removeAttribute('aria-current');
  }
  const home = document.getElementById('home');
  home.href = link({event: null, view: null});
  home.onclick = go({});
}

async function leave() {
  const gone = api.logout(); // forgets the session at once, and tells the server in its own time
  unhear(false);
  go({})();
  await gone.catch(() => {});
}

const SLOW_MS = 200;
let visit = 0;

/** Shows the page of the address; what comes for a page that was left is dropped. */
async function route(moved = true) {
  const here = ++visit;
  chrome();
  page = null;
  clearTimeout(retry);
  if (listening) live.forget(eventAddress(listening));
  listening = null;
  state = step(state, {type: 'leave'});
  const slow = setTimeout(() => main.replaceChildren(h('p', {class: 'empty', role: 'status'}, t.LOADING)), SLOW_MS);
  const found = await find().catch((problem) => failed(problem));
  clearTimeout(slow);
  if (here !== visit) return;
  main.replaceChildren(...found.content);
  document.title = `${found.title} · CouponRush`;
  if (moved) scrollTo(0, 0);
  if (moved || found.focus) (found.focus || main).focus({preventScroll: true});
  found.begin?.();
}

function find() {
  const id = Number(query().get('event'));
  const view = query().get('view');
  if (Number.isSafeInteger(id) && id > 0) return eventPage(id);
  if (view === 'mine' && session.token) return walletPage();
  return view === 'login' || view === 'register' ? accountPage(view) : listPage();
}

function failed(problem) {
  if (problem.status === 401) {
    if (user) signedOut();
    return accountPage('login');
  }
  return {title: wording(problem, t), content: [failure(problem, {t, again: () => route()})]};
}

async function listPage() {
  const tools = {t, f, now: now(), link: (event) => link({event, view: null}), open: (event) => go({event})};
  const first = await api.events();
  const list = cards(first, {t, empty: t.noEvents, next: api.events, card: (event) => eventCard(event, tools)});
  return {title: t.events, content: [h('h1', {}, t.events), ...list]};
}

async function walletPage() {
  const first = await api.mine();
  const list = cards(first, {t, empty: t.noCoupons, next: api.mine, card: (coupon) => couponCard(coupon, {t, f, copy})});
  return {title: t.mine, content: [h('h1', {}, t.mine), ...list]};
}

async function eventPage(id) {
  looking = 0;
  listening = id;
  live.listen(eventAddress(id)); // first, so that nothing is missed after the reading
  const event = await api.event(id);
  const shown = new EventPage({
    t, f, copy, mode: event.mode,
    actions: {
      claim: () => claim(), check: () => claim(true), wallet: go({view: 'mine'}), events: go({}),
      signIn: () => {
        sessionStorage.setItem('couponrush.back', id);
        go({view: 'login'})();
      },
    },
  });
  return {title: event.title, content: [shown.root], begin: () => begin(shown, event)};
}

function begin(shown, event) {
  const {eventId, mode} = event;
  page = shown;
  put({type: 'event', event});
  if (!user) return;
  if (claimKey.pending(eventId)) claim(true); // a claim before a reload: its key finds what became of it
  else if (mode === 'draw') api.draw(eventId).then(({entered}) => entered && put({type: 'entered', eventId}), () => {});
}

async function accountPage(kind) {
  let registered = false;
  const form = account(kind, {
    t,
    other: go({view: kind === 'login' ? 'register' : 'login'}),
    submit: async ({email, password, name, otp}) => {
      if (kind === 'register' && !registered) await api.register(email, password, name);
      registered = true;
      await api.login(email, password, otp);
      signedIn();
      const back = sessionStorage.getItem('couponrush.back');
      sessionStorage.removeItem('couponrush.back');
      go({event: back})();
    },
  });
  return {title: t[kind === 'login' ? 'signIn' : 'register'], content: [form], focus: form.querySelector('input')};
}

const AWAY_MS = 30000;
let seenAt = Date.now();

/** The machine slept, or nobody looked for a while: what is shown may be old, and the socket dead. */
function awake() {
  forgetClock();
  live.wake();
  reload();
  replay();
}

/** True when the last time was long ago. */
function wasAway() {
  const away = Date.now() - seenAt > AWAY_MS;
  seenAt = Date.now();
  return away;
}

setInterval(() => {
  if (!document.hidden && wasAway()) awake();
  put({type: 'tick', now: now()});
}, 250);
document.addEventListener('visibilitychange', () => { if (document.hidden) wasAway(); else if (wasAway()) awake(); });
addEventListener('online', () => live.wake());
addEventListener('storage', ({key}) => { if (key === session.name || key === null) elsewhere(); });
addEventListener('popstate', () => route());
document.documentElement.lang = lang;
if (session.token) signedIn();
route(false);
