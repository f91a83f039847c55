/** Puts the page together: what is shown follows from the address, the state, and what the server says. */

import {api, claimKey, clockSamples, Problem, refresh, session} from './api.js';
import {language, texts} from './i18n.js';
import {Live} from './live.js';
import {backoff, initial, offset, phase, step} from './state.js';
import {account, EventPage, formats, h, list, text, wallet} from './view.js';

const lang = language(location.search);
const t = texts[lang];
const f = formats(lang);
const main = document.getElementById('main');
const now = () => Date.now() + offset(clockSamples());
const eventAddress = (id) => `coupon.events.${id}`;
const userAddress = () => `coupon.users.${session.userId}`;

let state = {...initial, now: now(), signedIn: !!session.token};
let page = null;
let listening = null;
let spoken = '';

function put(input) {
  state = step(state, input);
  show();
}

function show() {
  page?.show(state);
  const link = document.getElementById('link');
  link.dataset.link = state.link;
  text(link, t[state.link]);
  const name = page && state.event ? phase(state) : '';
  if (name && name !== spoken) say(name);
  spoken = name;
  if (state.stale) reloadSoon();
  if (['ALREADY_CLAIMED', 'LIMIT_REACHED'].includes(name) && !state.coupon) findCoupon();
}

/** One region for each change: what must not be missed interrupts, the rest waits. */
function say(name) {
  const loud = ['OPENING', 'OPEN', 'CLAIMED', 'SOLD_OUT', 'SESSION_EXPIRED'].includes(name) && spoken !== '';
  text(document.getElementById('assertive'), loud ? t[name] : '');
  text(document.getElementById('polite'), loud ? '' : t[name]);
}

const PATIENCE_MS = 10000;
let refusedAt = 0;

/** A token that has run out is replaced, but not over and over. */
function refusedToHear(address) {
  if (!session.token || address !== userAddress() || Date.now() - refusedAt < PATIENCE_MS) return;
  refusedAt = Date.now();
  refresh().then(() => live.again(address), (problem) => problem.status === 401 && signedOut());
}

const live = new Live({
  link: (link) => put({type: 'link', link}),
  message: (notice) => {
    put({type: 'notice', notice});
    if (notice.id !== undefined && state.notices[0]?.data === notice.data) toast(t[notice.type]);
  },
  open: () => {
    if (state.event) reload();
    replay();
  },
  missed: (askAfterMs) => setTimeout(replay, askAfterMs),
  refused: refusedToHear,
});

/** What was missed while the socket, or the way to this node, was away; an older server does not have it. */
async function replay() {
  if (!session.token || !state.cursor) return;
  const missed = await api.missed(state.cursor).catch(() => null);
  for (const notice of missed?.items || []) put({type: 'notice', notice});
  if (missed?.nextAfter) put({type: 'replayed', upTo: missed.nextAfter});
}

let looking = 0;

/** What this user got of the event before. */
async function findCoupon() {
  const {eventId} = state.event;
  if (looking === eventId) return;
  looking = eventId;
  const found = await api.mineOf(eventId).catch(() => ({items: []}));
  if (found.items[0] && state.event?.eventId === eventId) put({type: 'held', coupon: found.items[0]});
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
  const id = state.event.eventId;
  try {
    const event = await api.event(id);
    if (state.event?.eventId === id) put({type: 'event', event});
  } catch (problem) {
    if (problem.status === 401) signedOut();
  }
}

async function claim(again = false) {
  const eventId = state.event.eventId;
  const attempt = state.claim.step === 'retrying' ? state.claim.attempt + 1 : 1;
  put({type: 'claim', again, attempt});
  if (state.claim.step !== 'sending') return;
  try {
    if (state.event.mode === 'draw') {
      await api.enter(eventId);
      put({type: 'entered'});
      return;
    }
    const coupon = await api.claim(eventId, claimKey.of(eventId));
    claimKey.drop(eventId);
    put({type: 'issued', coupon});
  } catch (problem) {
    if (problem instanceof Problem && !problem.passing) refused(eventId, problem);
    else lost(problem, attempt);
  }
}

function refused(eventId, problem) {
  if (problem.status !== 401) claimKey.drop(eventId);
  put({
    type: 'refused', code: problem.code, requestId: problem.requestId,
    retryAt: problem.retryAfterMs ? now() + problem.retryAfterMs : 0});
}

function lost(problem, attempt) {
  const wait = backoff(attempt, {asked: problem.retryAfterMs || 0, max: 8000});
  put({type: 'lost', retryAt: now() + wait});
  if (state.claim.step === 'retrying') setTimeout(() => state.claim.step === 'retrying' && claim(true), wait);
}

function signedIn() {
  put({type: 'signedIn'});
  live.listen(userAddress(), () => session.token);
}

function signedOut() {
  session.clear();
  put({type: 'signedOut', expired: true});
  chrome();
}

function toast(message) {
  const note = h('p', {class: 'toast', role: 'status'}, message);
  document.body.append(note);
  setTimeout(() => note.remove(), 6000);
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
  live.forget(userAddress());
  await api.logout().catch(() => {});
  put({type: 'signedOut'});
  go({})();
}

async function route() {
  chrome();
  page = null;
  if (listening) live.forget(eventAddress(listening));
  listening = null;
  const id = Number(query().get('event'));
  const view = query().get('view');
  try {
    if (Number.isSafeInteger(id) && id > 0) await showEvent(id);
    else if (view === 'mine' && session.token) main.replaceChildren(h('h1', {}, t.mine), wallet((await api.mine()).items, {t, f, copy}));
    else if (view === 'login' || view === 'register') showAccount(view);
    else await showList();
  } catch (problem) {
    if (problem.status === 401) return showAccount('login');
    main.replaceChildren(h('p', {class: 'empty', role: 'alert'}, t[problem.code] || t.problem));
  }
}

async function showList() {
  state = step(state, {type: 'leave'});
  const {items} = await api.events();
  const tools = {t, f, now: now(), link: (event) => link({event, view: null}), open: (event) => go({event})};
  main.replaceChildren(h('h1', {}, t.events), list(items, tools));
}

async function showEvent(id) {
  state = step(state, {type: 'leave'});
  looking = 0;
  main.replaceChildren(h('p', {class: 'empty', role: 'status'}, t.LOADING));
  live.listen(eventAddress(id)); // first, so that nothing is missed after the reading
  listening = id;
  const event = await api.event(id);
  if (listening !== id) return;
  page = new EventPage({
    t, f, copy,
    claim: () => claim(phase(state) === 'UNKNOWN_RESULT'),
    signIn: () => go({view: 'login', event: null})(sessionStorage.setItem('couponrush.back', id)),
  });
  main.replaceChildren(page.root);
  put({type: 'event', event});
  if (session.token && claimKey.pending(id)) claim(true); // a claim before a reload: its key finds what became of it
}

function showAccount(kind) {
  main.replaceChildren(account(kind, {
    t,
    other: go({view: kind === 'login' ? 'register' : 'login'}),
    submit: async ({email, password, name, otp}) => {
      if (kind === 'register') await api.register(email, password, name);
      await api.login(email, password, otp);
      signedIn();
      const back = sessionStorage.getItem('couponrush.back');
      sessionStorage.removeItem('couponrush.back');
      go({event: back})();
    },
  }));
  main.querySelector('input').focus();
}

document.documentElement.lang = lang;
addEventListener('popstate', route);
setInterval(() => put({type: 'tick', now: now()}), 250);
if (session.token) live.listen(userAddress(), () => session.token);
route();
