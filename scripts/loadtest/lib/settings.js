// Settings of a run: defaults, and what the environment says instead (k6 run -e RATE=500, or RATE=500 k6 run).
// Pure: also run by node --test.

/** What every script knows; each adds its own. */
export const COMMON = {
  BASE_URL: 'http://127.0.0.1:8080',
  ADMIN_EMAIL: 'admin@demo.couponrush.example',
  ADMIN_PASSWORD: 'admin-runs-campaigns',
  RESULT: '',
  HTML: '',
};

/** What scripts know whose claims are sent again until there is a last word. */
export const CLAIMING = { RETRIES: 3, LOG_COUPONS: 0 };

/**
 * The defaults, overridden by what the environment holds under their names. A default that is a number asks for a number
 * of 0 or more.
 *
 * @template {Record<string, string | number>} T
 * @param {Record<string, string | undefined>} env
 * @param {T} defaults
 * @returns {T}
 * @throws {Error} that names every variable that is no number
 */
export function settings(env, defaults) {
  /** @type {Record<string, string | number>} */
  const read = Object.assign({}, defaults);
  /** @type {string[]} */
  const wrong = [];
  for (const name of Object.keys(defaults)) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    if (typeof defaults[name] === 'number') {
      const value = Number(text);
      if (!isFinite(value) || value < 0) wrong.push(`${name}=${text} is not a number of 0 or more`);
      read[name] = value;
    } else {
      read[name] = text;
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  if (typeof read.BASE_URL === 'string') read.BASE_URL = read.BASE_URL.replace(/\/+$/, '');
  return /** @type {T} */ (read);
}

/**
 * One line a setting; what is secret is not shown.
 *
 * @param {Record<string, string | number>} read
 * @returns {string}
 */
export function shown(read) {
  return Object.keys(read)
    .map((name) => `  ${name}=${/PASSWORD|TOKEN/.test(name) ? '***' : read[name]}`)
    .join('\n');
}
