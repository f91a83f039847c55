// What is left of a run: a text, a page and a file for scripts/loadtest/verify. Pure: also run by node --test.

import { OUTCOMES } from './answers.js';

/** @typedef {{name: string, eventId: number, stock: number, fresh: boolean}} Sale */

/**
 * For handleSummary of k6.
 *
 * @param {string} script
 * @param {Record<string, string | number>} settings
 * @param {any} data what k6 hands over
 * @returns {Record<string, string>} text by where it goes
 */
export function report(script, settings, data) {
  const result = resultOf(script, data);
  const text = textOf(result);
  /** @type {Record<string, string>} */
  const out = { stdout: `\n${text}\n` };
  if (settings.RESULT) out[String(settings.RESULT)] = JSON.stringify(result, null, 2) + '\n';
  if (settings.HTML) out[String(settings.HTML)] = pageOf(script, text, result);
  return out;
}

/**
 * @param {string} script
 * @param {any} data
 */
export function resultOf(script, data) {
  const setup = data.setup_data || {};
  /** @type {Sale[]} */
  const sales = setup.sales || [];
  return {
    script,
    service: setup.service || '',
    milliseconds: Math.round(data.state.testRunDurationMs),
    sales: sales.map((sale) => ({
      name: sale.name,
      eventId: sale.eventId,
      stock: sale.stock,
      fresh: sale.fresh,
      answers: pick(data, OUTCOMES, (outcome) => `answers{sale:${sale.name},outcome:${outcome}}`),
      claims: pick(data, ['won', 'refused', 'open'], (end) => `claims{sale:${sale.name},ended:${end}}`),
    })),
    times: times(data),
    counts: counts(data),
    broken: broken(data),
  };
}

/**
 * @param {any} data
 * @param {string[]} keys
 * @param {(key: string) => string} metric
 * @returns {Record<string, number>}
 */
function pick(data, keys, metric) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const key of keys) {
    const of = data.metrics[metric(key)];
    found[key] = of ? of.values.count : 0;
  }
  return found;
}

/** @param {any} data */
function times(data) {
  return Object.keys(data.metrics)
    .filter((name) => /^(answer_time|notice_delay)(\{|$)/.test(name) && data.metrics[name].values.max > 0)
    .sort()
    .map((name) => {
      const values = data.metrics[name].values;
      return { name, p50: values.med, p95: values['p(95)'], p99: values['p(99)'], max: values.max };
    });
}

/** @param {any} data */
function counts(data) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const name of Object.keys(data.metrics)) {
    const metric = data.metrics[name];
    if (metric.type === 'counter' && name.indexOf('{') < 0) found[name] = metric.values.count;
  }
  return found;
}

/** @param {any} data */
function broken(data) {
  /** @type {string[]} */
  const found = [];
  for (const name of Object.keys(data.metrics)) {
    const thresholds = data.metrics[name].thresholds || {};
    for (const rule of Object.keys(thresholds)) if (!thresholds[rule].ok) found.push(`${name} ${rule}`);
  }
  return found.sort();
}

/** @param {ReturnType<typeof resultOf>} result */
function textOf(result) {
  const lines = [`${result.script}: ${(result.milliseconds / 1000).toFixed(1)} s at ${result.service}`];
  for (const sale of result.sales) {
    const told = OUTCOMES.filter((outcome) => sale.answers[outcome] > 0).map((o) => `${o} ${sale.answers[o]}`);
    lines.push(`  ${sale.name}: event ${sale.eventId}, stock ${sale.stock}: ${told.join(', ') || 'no answers'}`);
    lines.push(`    claims won ${sale.claims.won}, refused ${sale.claims.refused}, open ${sale.claims.open}`);
  }
  for (const name of Object.keys(result.counts).sort()) {
    if (/^(notices|sockets|unexpected|over_issue|missed|dropped_iterations)/.test(name)) {
      lines.push(`  ${name} ${result.counts[name]}`);
    }
  }
  for (const t of result.times) {
    lines.push(`  ${t.name}: p50 ${ms(t.p50)}, p95 ${ms(t.p95)}, p99 ${ms(t.p99)}, max ${ms(t.max)}`);
  }
  lines.push(result.broken.length === 0 ? '  every threshold held' : `  BROKEN: ${result.broken.join('; ')}`);
  return lines.join('\n');
}

/** @param {number} value */
function ms(value) {
  return `${(value || 0).toFixed(1)} ms`;
}

/**
 * @param {string} script
 * @param {string} text
 * @param {ReturnType<typeof resultOf>} result
 */
function pageOf(script, text, result) {
  const colour = result.broken.length === 0 ? '#176f2c' : '#b3261e';
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(script)}</title>` +
    `<body style="font:14px/1.5 monospace;margin:2rem;border-left:6px solid ${colour};padding-left:1rem">` +
    `<pre>${escaped(text)}</pre><details><summary>all figures</summary><pre>${escaped(
      JSON.stringify(result, null, 2),
    )}</pre></details></body></html>\n`
  );
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
