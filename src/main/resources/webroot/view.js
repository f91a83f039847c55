/** Draws. Makes elements by hand, so that no text of anybody can become markup. */

import {canClaim, countdown, phase} from './state.js';

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function formats(lang) {
  const number = new Intl.NumberFormat(lang);
  const time = new Intl.DateTimeFormat(lang, {
    month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short'});
  return {
    number: (n) => number.format(n),
    time: (iso) => h('time', {datetime: iso}, time.format(Date.parse(iso))),
    money: (n) => (lang === 'ko' ? `${number.format(n)}원` : `₩${number.format(n)}`),
  };
}

function benefit(event, t, f) {
  const value = event.discountType === 'percentage' ? `${f.number(event.discountValue)}%` : f.money(event.discountValue);
  return `${value} ${t.off}`;
}

export function statusOf(event, now) {
  if (event.status === 'ended' || now >= Date.parse(event.endTime)) return 'ended';
  if (event.soldOut) return 'soldOut';
  if (event.status === 'paused') return 'paused';
  return now < Date.parse(event.startTime) ? 'scheduled' : 'open';
}

export function list(events, {t, f, now, open, link}) {
  if (events.length === 0) return h('p', {class: 'empty'}, t.noEvents);
  return h('ul', {class: 'cards'}, ...events.map((event) => {
    const status = statusOf(event, now);
    return h('li', {}, h('a', {class: 'card', href: link(event.eventId), onclick: open(event.eventId)},
      h('span', {class: `chip ${status}`}, t[`status_${status}`]),
      h('strong', {}, event.title),
      h('span', {class: 'benefit'}, benefit(event, t, f)),
      h('span', {class: 'quiet'}, `${t.left} ${f.number(event.remainingCount)} ${t.of} ${f.number(event.totalCount)}`)));
  }));
}

/** The page of one event: made once, then only told what changed, so that focus stays where it is. */
export class EventPage {
  constructor({t, f, claim, signIn, copy}) {
    Object.assign(this, {t, f, claim, signIn, copy});
    this.title = h('h1');
    this.benefit = h('p', {class: 'benefit big'});
    this.period = h('p', {class: 'quiet'});
    this.headline = h('p', {class: 'headline'});
    this.timer = h('p', {class: 'timer', role: 'timer'});
    this.detail = h('p', {class: 'quiet'});
    this.button = h('button', {type: 'button', class: 'primary', onclick: () => this.press()});
    this.bar = h('progress', {max: 1, value: 0, 'aria-label': t.left});
    this.left = h('p', {class: 'left'});
    this.coupon = h('section', {class: 'coupon', hidden: true});
    this.terms = h('dl');
    this.root = h('article', {class: 'event'},
      this.title, this.benefit, this.period,
      h('div', {class: 'panel'}, this.headline, this.timer, this.detail),
      this.button, this.bar, this.left, this.coupon,
      h('details', {}, h('summary', {}, t.more), this.terms),
      h('h2', {}, t.howTitle), h('ol', {class: 'how'}, ...[t.how1, t.how2, t.how3].map((line) => h('li', {}, line))));
  }

  press() {
    if (this.button.getAttribute('aria-disabled') === 'true') return;
    if (['SIGNED_OUT', 'SESSION_EXPIRED'].includes(this.phase)) this.signIn();
    else this.claim();
  }

  show(state) {
    const {t, f} = this;
    const {event, claim, coupon, now} = state;
    if (!event) return;
    this.phase = phase(state);
    if (this.event !== event) this.describe(event);
    this.root.dataset.phase = this.phase;
    text(this.headline, t[this.phase]);
    const upcoming = ['UPCOMING', 'OPENING'].includes(this.phase);
    text(this.timer, upcoming ? `${t.starts} ${countdown(Date.parse(event.startTime) - now)}` : '');
    const wait = Math.ceil(((claim.retryAt || 0) - now) / 1000);
    const waiting = this.phase === 'RATE_LIMITED' && wait > 0;
    text(this.detail, waiting ? `${f.number(wait)}${t.retryIn}`
      : this.phase === 'REFUSED' && claim.requestId ? `${claim.code} · ${t.requestId} ${claim.requestId}` : '');
    this.showButton(state);
    this.coupon.hidden = !coupon;
    if (coupon && this.shown !== coupon.couponCode) this.showCoupon(coupon);
  }

  showButton(state) {
    const {t} = this;
    const signIn = ['SIGNED_OUT', 'SESSION_EXPIRED'].includes(this.phase);
    const usable = signIn || canClaim(state) || this.phase === 'UNKNOWN_RESULT';
    text(this.button, signIn ? t.signIn : t[`button_${this.phase}`] || t.button);
    this.button.setAttribute('aria-disabled', String(!usable));
    this.button.setAttribute('aria-busy', String(['CLAIMING', 'OVERLOADED'].includes(this.phase)));
    this.button.hidden = ['CLAIMED', 'ALREADY_CLAIMED', 'LIMIT_REACHED'].includes(this.phase);
  }

  describe(event) {
    const {t, f} = this;
    this.event = event;
    text(this.title, event.title);
    text(this.benefit, benefit(event, t, f));
    this.period.replaceChildren(f.time(event.startTime), ' – ', f.time(event.endTime));
    this.bar.max = event.totalCount;
    this.bar.value = event.remainingCount;
    const few = !event.soldOut && event.remainingCount > 0 && event.remainingCount * 10 <= event.totalCount;
    text(this.left, `${t.left} ${f.number(event.remainingCount)} ${t.of} ${f.number(event.totalCount)}${few ? ` · ${t.few}` : ''}`);
    this.terms.replaceChildren(
      ...(event.description ? [h('p', {}, event.description)] : []),
      ...pair(t.perUser, `${f.number(event.maxPerUser)}${t.sheets}`),
      ...pair(t.minimum, f.money(event.minPurchaseAmount)),
      ...pair(t.validDays, `${f.number(event.validDays)} ${t.days}`));
  }

  showCoupon(coupon) {
    this.shown = coupon.couponCode;
    const heading = h('h2', {tabindex: '-1'}, this.t.yours);
    this.coupon.replaceChildren(heading, ...ticket(coupon, this));
    if (this.phase === 'CLAIMED') heading.focus();
  }
}

function pair(term, value) { return [h('dt', {}, term), h('dd', {}, value)]; }

function ticket(coupon, {t, f, copy}) {
  return [
    h('code', {class: 'code'}, coupon.couponCode),
    h('p', {class: 'quiet'}, `${t.expires} `, f.time(coupon.expiresAt)),
    h('button', {type: 'button', class: 'second', onclick: (e) => copy(coupon.couponCode, e.currentTarget)}, t.copy),
  ];
}

export function wallet(coupons, {t, f, copy}) {
  if (coupons.length === 0) return h('p', {class: 'empty'}, t.noCoupons);
  return h('ul', {class: 'cards'}, ...coupons.map((coupon) => h('li', {class: 'card coupon'},
    h('span', {class: `chip ${coupon.status}`}, t[`status_${coupon.status}`]),
    h('strong', {}, coupon.eventTitle), ...(coupon.status === 'active' ? ticket(coupon, {t, f, copy}) : spent(coupon, {t, f})))));
}

/** What cannot be used any more has nothing to copy. */
function spent(coupon, {t, f}) {
  const when = coupon.usedAt ? [`${t.status_used} `, f.time(coupon.usedAt)] : [`${t.expires} `, f.time(coupon.expiresAt)];
  return [h('code', {class: 'code'}, coupon.couponCode), h('p', {class: 'quiet'}, ...when)];
}

/** Login or registration. submit(fields) rejects with a problem whose code becomes the message. */
export function account(kind, {t, submit, other}) {
  const registering = kind === 'register';
  const message = h('p', {class: 'problem', role: 'alert'});
  const field = (name, attributes, hint) => h('label', {}, h('span', {}, t[name], hint ? h('small', {}, ` ${hint}`) : null),
    h('input', {name, required: true, ...attributes}));
  const otp = field('otp', {required: false, autocomplete: 'one-time-code', inputmode: 'text', maxlength: 32});
  otp.hidden = true; // asked for by the server
  const button = h('button', {class: 'primary', type: 'submit'}, t[registering ? 'register' : 'signIn']);
  return h('form', {class: 'account', onsubmit: async (e) => {
    e.preventDefault();
    button.disabled = true;
    text(message, '');
    try {
      await submit(Object.fromEntries(new FormData(e.target)));
    } catch (problem) {
      otp.hidden = !problem.code?.startsWith('OTP_') && otp.hidden;
      text(message, t[problem.code] || t.problem);
    } finally {
      button.disabled = false;
    }
  }},
  h('h1', {}, t[registering ? 'register' : 'signIn']),
  field('email', {type: 'email', autocomplete: 'username'}),
  registering ? field('name', {autocomplete: 'name', maxlength: 100}) : null,
  field('password', {
    type: 'password', autocomplete: registering ? 'new-password' : 'current-password',
    minlength: registering ? 12 : null, maxlength: 128}, registering ? t.passwordHint : ''),
  registering ? null : otp,
  message, button,
  h('button', {type: 'button', class: 'second', onclick: other}, t[registering ? 'toSignIn' : 'toRegister']));
}

export function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}
