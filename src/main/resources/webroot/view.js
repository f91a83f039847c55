/** Draws. Makes elements by hand, so that no text of anybody can become markup. */

import {action, countdown, phase} from './state.js';

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
  const day = {month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'};
  const short = new Intl.DateTimeFormat(lang, day);
  const full = new Intl.DateTimeFormat(lang, {...day, timeZoneName: 'short'});
  const time = (iso, format = full) => h('time', {datetime: iso}, format.format(Date.parse(iso)));
  return {
    number: (n) => number.format(n),
    time,
    period: (from, to) => [time(from, short), ' – ', time(to)],
    money: (n) => (lang === 'ko' ? `${number.format(n)}원` : `₩${number.format(n)}`),
  };
}

function benefit({discountType, discountValue, maxDiscountAmount}, {t, f}) {
  const value = discountType === 'percentage' ? `${f.number(discountValue)}%` : f.money(discountValue);
  return `${value} ${t.off}${maxDiscountAmount ? `, ${t.upTo(f.money(maxDiscountAmount))}` : ''}`;
}

export function statusOf(event, now) {
  if (event.status === 'ended' || now >= Date.parse(event.endTime)) return 'ended';
  if (event.soldOut) return 'soldOut';
  if (event.status === 'paused') return 'paused';
  return now < Date.parse(event.startTime) ? 'scheduled' : 'open';
}

export function eventCard(event, {t, f, now, open, link}) {
  const status = statusOf(event, now);
  const what = status === 'scheduled'
    ? [`${t.opens} `, f.time(event.startTime)]
    : [`${t.left} ${f.number(event.remainingCount)} ${t.of} ${f.number(event.totalCount)}`];
  return h('a', {class: 'card', href: link(event.eventId), onclick: open(event.eventId)},
    h('span', {class: `chip ${status}`}, t[`status_${status}`] + (event.mode === 'draw' ? ` · ${t.draw}` : '')),
    h('strong', {}, event.title),
    h('span', {class: 'benefit'}, benefit(event, {t, f})),
    h('span', {class: 'quiet'}, ...what));
}

/** Cards, and a button while the server has more: next(cursor) brings the next page. */
export function cards(first, {t, card, empty, next}) {
  if (first.items.length === 0) return [h('p', {class: 'empty'}, empty)];
  const list = h('ul', {class: 'cards'});
  const message = h('p', {class: 'problem', role: 'alert'});
  let cursor = null;
  const add = (page) => {
    const made = page.items.map((item) => h('li', {tabindex: '-1'}, card(item)));
    list.append(...made);
    cursor = page.nextCursor;
    more.hidden = !cursor;
    return made[0];
  };
  const more = h('button', {type: 'button', class: 'second more', onclick: async () => {
    if (more.ariaBusy === 'true') return;
    more.ariaBusy = 'true';
    try {
      add(await next(cursor))?.focus();
      text(message, '');
    } catch (problem) {
      text(message, wording(problem, t));
    } finally {
      more.ariaBusy = 'false';
    }
  }}, t.loadMore);
  add(first);
  return [list, message, more];
}

const CALM_MS = 700; // a double press must not mean what the button says only since the first

/** The page of one event: made once, then only told what changed, so that focus stays where it is. */
export class EventPage {
  /** actions: what to do for each of the actions of the state */
  constructor({t, f, copy, actions, mode}) {
    Object.assign(this, {t, f, copy, actions, busy: false, answered: -Infinity});
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
    this.about = h('div');
    const steps = mode === 'draw' ? [t.drawTitle, t.draw1, t.draw2, t.draw3] : [t.howTitle, t.how1, t.how2, t.how3];
    this.root = h('article', {class: 'event'},
      this.title, this.benefit, this.period,
      h('div', {class: 'panel'}, this.headline, this.timer, this.detail),
      this.button, this.bar, this.left, this.coupon,
      h('details', {}, h('summary', {}, t.more), this.about),
      h('h2', {}, steps[0]), h('ol', {class: 'how'}, ...steps.slice(1).map((line) => h('li', {}, line))));
  }

  press() {
    if (this.action && performance.now() - this.answered > CALM_MS) this.actions[this.action]();
  }

  show(state) {
    const {t} = this;
    const {event, coupon, now} = state;
    this.phase = phase(state);
    if (this.event !== event) this.describe(event);
    this.root.dataset.phase = this.phase;
    text(this.headline, t[this.phase]);
    const upcoming = ['UPCOMING', 'OPENING'].includes(this.phase);
    text(this.timer, upcoming ? `${t.starts} ${countdown(Date.parse(event.startTime) - now, t.day)}` : '');
    text(this.detail, this.more(state));
    this.showButton(state);
    this.coupon.hidden = !coupon;
    if (coupon && this.shown !== coupon.couponCode) this.showCoupon(coupon);
  }

  /** The line below the headline. */
  more({event, claim, now}) {
    const {t} = this;
    const wait = Math.ceil(((claim.retryAt || 0) - now) / 1000);
    if (this.phase === 'RATE_LIMITED') return t.retryIn(Math.max(1, wait));
    if (this.phase === 'REFUSED') return `${claim.code} · ${t.requestId} ${claim.requestId || ''}`;
    return event.maxPerUser > 1 && event.userIssuedCount > 0 ? t.held(event.userIssuedCount, event.maxPerUser) : '';
  }

  showButton(state) {
    const {t} = this;
    const busy = ['CLAIMING', 'OVERLOADED'].includes(this.phase);
    if (this.busy && !busy) this.answered = performance.now();
    this.busy = busy;
    this.action = action(state);
    const another = this.action === 'claim' && state.coupon;
    const names = [another ? 'button_another' : `button_${this.action}`, this.action, `button_${this.phase}`, 'button'];
    text(this.button, t[names.find((name) => t[name])]);
    this.button.setAttribute('aria-disabled', String(!this.action));
    this.button.setAttribute('aria-busy', String(busy));
  }

  describe(event) {
    const {t, f} = this;
    this.event = event;
    text(this.title, event.title);
    text(this.benefit, benefit(event, this));
    this.period.replaceChildren(...f.period(event.startTime, event.endTime));
    this.bar.max = event.totalCount;
    this.bar.value = event.remainingCount;
    const few = !event.soldOut && event.remainingCount > 0 && event.remainingCount * 10 <= event.totalCount;
    text(this.left, `${t.left} ${f.number(event.remainingCount)} ${t.of} ${f.number(event.totalCount)}${few ? ` · ${t.few}` : ''}`);
    this.about.replaceChildren(
      event.description ? h('p', {class: 'prose'}, event.description) : '',
      h('dl', {},
        ...pair(t.perUser, t.sheets(event.maxPerUser)),
        ...pair(t.minimum, event.minPurchaseAmount && f.money(event.minPurchaseAmount)),
        ...pair(t.maximum, event.maxDiscountAmount && f.money(event.maxDiscountAmount)),
        ...pair(t.valid, t.days(event.validDays))),
      event.terms ? h('p', {class: 'prose quiet'}, event.terms) : '');
  }

  showCoupon(coupon) {
    this.shown = coupon.couponCode;
    const heading = h('h2', {tabindex: '-1'}, this.t.yours);
    this.coupon.replaceChildren(heading, ...ticket(coupon, this));
    if (this.phase === 'CLAIMED') heading.focus();
  }
}

/** Nothing where there is no limit. */
function pair(term, value) { return value ? [h('dt', {}, term), h('dd', {}, value)] : []; }

function ticket(coupon, {t, f, copy}) {
  return [
    h('code', {class: 'code'}, coupon.couponCode),
    h('p', {class: 'quiet'}, `${t.expires} `, f.time(coupon.expiresAt)),
    h('button', {type: 'button', class: 'second', onclick: (e) => copy(coupon.couponCode, e.currentTarget)}, t.copy),
  ];
}

export function couponCard(coupon, tools) {
  return h('div', {class: coupon.status === 'active' ? 'card coupon' : 'card spent'},
    h('span', {class: `chip ${coupon.status}`}, tools.t[`status_${coupon.status}`]),
    h('strong', {}, coupon.eventTitle),
    h('span', {class: 'benefit'}, benefit(coupon, tools)),
    ...(coupon.status === 'active' ? ticket(coupon, tools) : spent(coupon, tools)));
}

/** What cannot be used any more has nothing to copy. */
function spent(coupon, {t, f}) {
  const when = coupon.usedAt ? [`${t.status_used} `, f.time(coupon.usedAt)] : [`${t.expires} `, f.time(coupon.expiresAt)];
  return [h('code', {class: 'code'}, coupon.couponCode), h('p', {class: 'quiet'}, ...when)];
}

/** What to say of whatever went wrong. */
export function wording(problem, t) { return problem.status ? t.problems[problem.code] || t.problem : t.unreachable; }

/** A page that could not be read, with the way to try once more. */
export function failure(problem, {t, again}) {
  return h('div', {class: 'empty'},
    h('p', {role: 'alert'}, wording(problem, t)),
    problem.requestId ? h('p', {class: 'quiet'}, `${problem.code} · ${t.requestId} ${problem.requestId}`) : null,
    h('button', {type: 'button', class: 'second', onclick: again}, t.again));
}

/** Which field a problem without field errors is about. */
const FIELD_OF = {INVALID_CREDENTIALS: 'password', EMAIL_ALREADY_EXISTS: 'email', OTP_REQUIRED: 'otp', OTP_INVALID: 'otp'};

/** Login or registration. submit(fields) rejects with a problem, which is told where it belongs. */
export function account(kind, {t, submit, other}) {
  const registering = kind === 'register';
  const message = h('p', {class: 'problem', role: 'alert'});
  const fields = {};
  const field = (name, attributes, hint) => {
    const input = h('input', {id: name, name, required: true, 'aria-describedby': `${name}-note`, ...attributes});
    const note = h('p', {id: `${name}-note`, class: 'problem'});
    const root = h('div', {class: 'field'}, h('label', {for: name}, t[name], hint ? h('small', {}, ` ${hint}`) : null), input, note);
    fields[name] = {input, note, root};
    return root;
  };
  const mark = (name, wrong, said) => {
    text(fields[name].note, said);
    fields[name].input.setAttribute('aria-invalid', String(wrong));
  };
  const tell = (problem) => {
    text(message, wording(problem, t));
    const wrong = (problem.errors || []).filter(({field: name}) => fields[name]);
    for (const {field: name, message: said} of wrong) mark(name, true, t.fields[said] || t.field(said));
    const first = wrong[0]?.field || FIELD_OF[problem.code];
    if (!fields[first]) return;
    fields[first].root.hidden = false;
    fields[first].input.setAttribute('aria-invalid', 'true');
    fields[first].input.focus();
  };
  const button = h('button', {class: 'primary', type: 'submit'}, t[registering ? 'register' : 'signIn']);
  const form = h('form', {class: 'account', onsubmit: async (e) => {
    e.preventDefault();
    if (button.ariaBusy === 'true') return;
    button.ariaBusy = 'true';
    text(message, '');
    Object.keys(fields).forEach((name) => mark(name, false, ''));
    try {
      await submit(Object.fromEntries(new FormData(form)));
    } catch (problem) {
      tell(problem);
    } finally {
      button.ariaBusy = 'false';
    }
  }},
  h('h1', {}, t[registering ? 'register' : 'signIn']),
  field('email', {type: 'email', autocomplete: 'username'}),
  registering ? field('name', {autocomplete: 'name', maxlength: 100}) : null,
  field('password', {
    type: 'password', autocomplete: registering ? 'new-password' : 'current-password',
    minlength: registering ? 12 : null, maxlength: 128}, registering ? t.passwordHint : ''),
  registering ? null : field('otp', {required: false, autocomplete: 'one-time-code', inputmode: 'text', maxlength: 32}),
  message, button,
  h('button', {type: 'button', class: 'second', onclick: other}, t[registering ? 'toSignIn' : 'toRegister']));
  if (fields.otp) fields.otp.root.hidden = true; // asked for by the server
  return form;
}

export function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}
