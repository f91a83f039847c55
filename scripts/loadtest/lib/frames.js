// SockJS frames around the messages of the event-bus bridge. Pure: also run by node --test.

/** @typedef {{type: string, address?: string, body?: any, message?: string}} BridgeMessage */

/**
 * Where a socket of SockJS lives: a server part of three digits, a session of its own.
 *
 * @param {string} baseUrl http or https
 * @param {number} server 0 to 999
 * @param {string} session
 * @returns {string}
 */
export function socketUrl(baseUrl, server, session) {
  const padded = `00${server}`.slice(-3);
  return `${baseUrl.replace(/^http/, 'ws')}/eventbus/${padded}/${session}/websocket`;
}

/**
 * @param {object} message
 * @returns {string}
 */
export function encode(message) {
  return JSON.stringify([JSON.stringify(message)]);
}

/**
 * What a frame says: `open`, `heartbeat`, `close`, or messages.
 *
 * @param {string} frame
 * @returns {{kind: 'open' | 'heartbeat' | 'close' | 'messages' | 'unknown', messages: BridgeMessage[]}}
 */
export function decode(frame) {
  switch (frame.charAt(0)) {
    case 'o':
      return { kind: 'open', messages: [] };
    case 'h':
      return { kind: 'heartbeat', messages: [] };
    case 'c':
      return { kind: 'close', messages: [] };
    case 'a':
      return { kind: 'messages', messages: JSON.parse(frame.slice(1)).map((/** @type {string} */ m) => JSON.parse(m)) };
    default:
      return { kind: 'unknown', messages: [] };
  }
}
