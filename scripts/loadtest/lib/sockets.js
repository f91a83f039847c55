// Browsers that listen. Only what needs sockets imports this: k6 knows the module by this name since 1.6.

import exec from 'k6/execution';
import { WebSocket } from 'k6/websockets';
import { Counter, Trend } from 'k6/metrics';
import { decode, encode, socketUrl } from './frames.js';
import { claimOnce, complain } from './service.js';

/** @typedef {import('./users.js').User} User */
/** @typedef {import('./report.js').Sale} Sale */
/** @typedef {import('./service.js').Logging} Logging */

/** Messages that sockets got, by type. */
export const notices = new Counter('notices');
/** Milliseconds from the time in a message to its arrival: only if both clocks agree. */
export const noticeDelay = new Trend('notice_delay', true);
export const sockets = new Counter('sockets');
/** Messages that somebody should have got and did not. */
export const missed = new Counter('missed');

/**
 * A browser that stays: listens to a campaign and, if it is somebody's, to that user's messages, claims once if it is told
 * to, pings, and closes after a time.
 *
 * @param {Logging} settings
 * @param {Sale} sale
 * @param {{stayMs: number, pingMs: number, user: User | null, claims: boolean, turns: number}} how
 *     turns is how many messages `coupon.event` it must have heard in the end
 */
export function listen(settings, sale, how) {
  const id = `${exec.vu.idInTest}_${exec.vu.iterationInScenario}_${Math.random().toString(36).slice(2, 8)}`;
  const url = socketUrl(settings.BASE_URL, exec.vu.idInTest % 1000, id);
  const socket = new WebSocket(url, null, { headers: { Origin: settings.BASE_URL } });
  /** @type {Record<string, number>} */
  const heard = {};
  let won = false;
  let pinging = 0;
  let wanted = true;

  /** @param {object} message */
  const send = (message) => socket.send(encode(message));

  const opened = () => {
    sockets.add(1);
    send({ type: 'register', address: `coupon.events.${sale.eventId}`, headers: {} });
    if (how.user) {
      const headers = { Authorization: `Bearer ${how.user.token}` };
      send({ type: 'register', address: `coupon.users.${how.user.userId}`, headers });
    }
    pinging = setInterval(() => send({ type: 'ping' }), how.pingMs);
    if (how.user && how.claims) {
      const user = how.user;
      setTimeout(() => {
        won = claimOnce(settings, sale, user, `listener-${id}`).outcome === 'issued';
      }, how.stayMs / 4);
    }
    setTimeout(() => {
      wanted = false;
      clearInterval(pinging);
      if ((heard['coupon.event'] || 0) < how.turns) missed.add(how.turns - (heard['coupon.event'] || 0));
      if (won && !heard['coupon.issued']) missed.add(1);
      socket.close();
    }, how.stayMs);
  };

  /** @param {any} message */
  const hear = (message) => {
    if (message.type === 'err') return complain(`socket: ${JSON.stringify(message)}`);
    const body = message.body || {};
    heard[body.type] = (heard[body.type] || 0) + 1;
    notices.add(1, { type: String(body.type) });
    if (body.timestamp) noticeDelay.add(Math.max(0, Date.now() - Date.parse(body.timestamp)), { type: String(body.type) });
  };

  // Not SockJS' own frame of opening: it comes in one piece with the handshake, and k6 drops a message that it reads before it
  // has said that the socket is open, as it now and then does.
  socket.onopen = opened;
  socket.onmessage = (/** @type {any} */ event) => {
    const frame = decode(event.data);
    if (frame.kind === 'messages') frame.messages.forEach(hear);
    else if (frame.kind === 'unknown') complain(`socket: ${event.data}`);
  };
  socket.onerror = (/** @type {any} */ event) => complain(`socket: ${event.error}`);
  socket.onclose = () => {
    if (wanted) complain('socket: closed by the service');
    wanted = false;
    clearInterval(pinging);
  };
}
