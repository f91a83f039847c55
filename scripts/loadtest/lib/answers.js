// What an answer of the service means to a load tester. Pure: also run by node --test.

/** Claims that are refused for good: business as usual, no errors. */
export const REFUSALS = [
  'COUPON_SOLD_OUT',
  'USER_LIMIT_EXCEEDED',
  'EVENT_NOT_STARTED',
  'EVENT_ENDED',
  'EVENT_PAUSED',
  'IDEMPOTENCY_KEY_REUSED',
];

/** Come again, with the same key. */
export const SHED = ['RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE'];

export const OUTCOMES = ['issued', 'replayed', ...REFUSALS, ...SHED, 'no_answer', 'unexpected'];

/** Statuses that no claim may be counted as failed for. */
export const EXPECTED = [201, 409, 422, 429, 503];

/**
 * How a claim was answered: one of OUTCOMES. Whatever the contract does not promise is unexpected.
 *
 * @param {number} status 0 when nothing came back
 * @param {string} code of the problem, or ''
 * @param {boolean} replayed whether the answer carries Idempotency-Replayed
 * @returns {string}
 */
export function outcomeOf(status, code, replayed) {
  if (status === 0) return 'no_answer';
  if (status === 201) return replayed ? 'replayed' : 'issued';
  const expected = { 409: REFUSALS.slice(0, 5), 422: REFUSALS.slice(5), 429: SHED.slice(0, 1), 503: SHED.slice(1) }[status];
  return expected !== undefined && expected.indexOf(code) >= 0 ? code : 'unexpected';
}

/**
 * The code of a problem body, without parsing all of it.
 *
 * @param {unknown} body
 * @returns {string}
 */
export function codeOf(body) {
  const found = typeof body === 'string' ? /"code"\s*:\s*"([A-Z_]+)"/.exec(body) : null;
  return found ? found[1] : '';
}

/**
 * How a claim ended: won, refused for good, or open, which means that nobody knows until it is asked again.
 *
 * @param {string} outcome the last one
 * @returns {'won' | 'refused' | 'open'}
 */
export function ended(outcome) {
  if (outcome === 'issued' || outcome === 'replayed') return 'won';
  return REFUSALS.indexOf(outcome) >= 0 ? 'refused' : 'open';
}

/**
 * Seconds to wait before the same key is sent again: what the service asked for and a bit, so that a crowd does not come
 * back as one; or -1 if there is no use in coming back.
 *
 * @param {string} outcome
 * @param {string | undefined} retryAfter the header
 * @param {number} chance 0 to 1
 * @returns {number}
 */
export function comeBackAfter(outcome, retryAfter, chance) {
  if (SHED.indexOf(outcome) < 0 && outcome !== 'no_answer' && outcome !== 'EVENT_NOT_STARTED') return -1;
  const asked = Number(retryAfter);
  return (asked > 0 && asked <= 30 ? asked : 1) * (1 + chance / 2);
}
