// Thresholds. k6 keeps the figures of a combination of tags only when a threshold names it, so those that the report needs
// are named here, with a threshold that always holds. Pure: also run by node --test.

import { OUTCOMES } from './answers.js';

/** @typedef {Record<string, string[]>} Thresholds */

const ALWAYS = ['count>=0'];

/**
 * What holds for every run of claims: each sale's answers and ends are counted, none is unexpected, and nobody gets more
 * than the stock.
 *
 * @param {string[]} sales
 * @returns {Thresholds}
 */
export function counted(sales) {
  /** @type {Thresholds} */
  const all = { unexpected: ['count==0'], over_issue: ['count==0'] };
  for (const sale of sales) {
    for (const outcome of OUTCOMES) all[`answers{sale:${sale},outcome:${outcome}}`] = ALWAYS;
    for (const end of ['won', 'refused', 'open']) all[`claims{sale:${sale},ended:${end}}`] = ALWAYS;
  }
  return all;
}

/**
 * Milliseconds that 95 and 99 of 100 answers of one kind may take.
 *
 * @param {string} endpoint
 * @param {string} outcome
 * @param {number} p95
 * @param {number} p99
 * @returns {Thresholds}
 */
export function within(endpoint, outcome, p95, p99) {
  return { [`answer_time{endpoint:${endpoint},outcome:${outcome}}`]: [`p(95)<${p95}`, `p(99)<${p99}`] };
}
