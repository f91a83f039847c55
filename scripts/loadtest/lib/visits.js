// What visitors do who look around.

import { call } from './service.js';

/** @typedef {import('./users.js').User} User */
/** @typedef {import('./report.js').Sale} Sale */
/** @typedef {import('./service.js').Settings} Settings */

/**
 * A look at the shop: the list, one campaign, the same once more (304), and one's own coupons.
 *
 * @param {Settings} settings
 * @param {Sale} sale
 * @param {User | null} user
 */
export function browse(settings, sale, user) {
  call(settings, 'events', '/api/coupons/events?limit=20', [200]);
  const path = `/api/coupons/events/${sale.eventId}`;
  const event = call(settings, 'event', path, [200]);
  const tag = event.headers.Etag || event.headers.ETag;
  if (tag) call(settings, 'event', path, [200, 304], { headers: { 'If-None-Match': tag } });
  if (user) call(settings, 'my', '/api/coupons/my?limit=20', [200], { token: user.token });
}
