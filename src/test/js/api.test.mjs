import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {beforeEach, test} from 'node:test';

const source = await readFile(new URL('../../main/resources/webroot/api.js', import.meta.url), 'utf8');
/** Each tab has the module for itself, and shares what is stored. */
const tab = (name) => import(`data:text/javascript,${encodeURIComponent(`${source}\n// ${name}`)}`);

function storage() {
  const kept = new Map();
  return {
    getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name)};
}

const token = (userId, serial) => `h.${btoa(JSON.stringify({userId, serial}))}.s`;
let server;

beforeEach(() => {
  globalThis.localStorage = storage();
  globalThis.sessionStorage = storage();
  globalThis.indexedDB = database();
  server = {good: token(7, 0), serial: 0, spent: new Set(), refreshes: 0, ended: false};
  localStorage.setItem('couponrush.session', JSON.stringify({accessToken: token(7, 'old'), refreshToken: 'r0'}));
});

/** Tokens as the server gives them: a refresh token used twice ends the session. */
globalThis.fetch = async (path, {headers, body}) => {
  const takes = path === '/api/auth/refresh' ? 100 : 10; // so that the others ask meanwhile
  await new Promise((resolve) => { setTimeout(resolve, takes); });
  if (path !== '/api/auth/refresh') {
    return headers.Authorization === `Bearer ${server.good}` ? answer(200, {path}) : answer(401, {code: 'UNAUTHENTICATED'});
  }
  const {refreshToken} = JSON.parse(body);
  server.refreshes++;
  if (server.ended || server.spent.has(refreshToken)) {
    server.ended = true;
    return answer(401, {code: 'UNAUTHENTICATED'});
  }
  server.spent.add(refreshToken);
  server.serial++;
  server.good = token(7, server.serial);
  return answer(200, {accessToken: server.good, refreshToken: `r${server.serial}`});
};

const answer = (status, body) => new Response(JSON.stringify(body), {status});

/** As much of IndexedDB as is asked for: a look and a change in one transaction, one after the other. */
function database() {
  const kept = new Map();
  let last = Promise.resolve();
  function transaction() {
    const begun = {objectStore: () => ({get, put: (value, name) => kept.set(name, value)})};
    function get(name) {
      const request = {};
      last = last.then(() => {
        request.result = kept.get(name);
        request.onsuccess({target: request});
        begun.oncomplete();
      });
      return request;
    }
    return begun;
  }
  function open() {
    const request = {result: {transaction, close() {}}};
    setTimeout(() => request.onsuccess());
    return request;
  }
  return {kept, open};
}

test('tabs whose token ran out at once refresh it once', async () => {
  const tabs = await Promise.all([1, 2, 3].map((n) => tab(`at once ${n}`)));
  await Promise.all(tabs.map(({api}) => api.event(1)));
  await Promise.all(tabs.map(({api}) => api.mine()));
  assert.equal(server.refreshes, 1);
  assert.equal(server.ended, false);
  assert.equal(tabs[0].session.token, server.good);
  assert.equal(indexedDB.kept.get('refresh').until, 0);
});

test('a tab that does not see yet what another wrote waits for it', async () => {
  const stale = await tab('stale');
  const {api} = await tab('fresh');
  const {getItem} = localStorage;
  await api.event(1);
  const before = JSON.stringify({accessToken: token(7, 'old'), refreshToken: 'r0'});
  localStorage.getItem = (name) => (name === 'couponrush.session' ? before : getItem(name));
  setTimeout(() => { localStorage.getItem = getItem; }, 250);
  await stale.api.event(1);
  assert.equal(server.refreshes, 1);
  assert.equal(server.ended, false);
});

test('the turn of a tab that is gone does not hold the others up', async () => {
  indexedDB.kept.set('refresh', {owner: 'gone', until: Date.now() + 150});
  const {api} = await tab('survivor');
  await api.event(1);
  assert.equal(server.refreshes, 1);
});

test('a call of one user is not made again as another', async () => {
  const {api, session} = await tab('claims');
  const claim = api.claim(1, 'key');
  server.good = token(8, 0);
  session.write({accessToken: server.good, refreshToken: 'other'});
  await assert.rejects(claim, {status: 401});
  assert.equal(server.refreshes, 0);
});

test('a session that ended is forgotten, one whose server is away is not', async () => {
  const {api, session} = await tab('ended');
  const real = fetch;
  globalThis.fetch = async (path, options) => (path === '/api/auth/refresh' ? answer(503, {code: 'UNAVAILABLE'}) : real(path, options));
  await assert.rejects(api.event(1), {status: 503});
  assert.ok(session.token);
  globalThis.fetch = real;
  server.ended = true;
  await assert.rejects(api.event(1), {status: 401});
  assert.equal(session.token, null);
});

test('the key of a claim is kept until its answer, and dropped for who made it', async () => {
  const {claimKey, session} = await tab('keys');
  const key = claimKey.of(1);
  assert.equal(claimKey.of(1).value, key.value);
  assert.ok(claimKey.pending(1));
  session.write({accessToken: token(8, 0), refreshToken: 'other'});
  assert.equal(claimKey.pending(1), false);
  key.drop();
  session.write({accessToken: token(7, 0), refreshToken: 'r'});
  assert.equal(claimKey.pending(1), false);
});
