/** A client of the event-bus bridge on a plain WebSocket: subscriptions survive reconnects, pings keep it open. */

import {backoff} from './state.js';

const PING_MS = 25000;

export class Live {
  #socket = null;
  #ping = 0;
  #attempt = 0;
  #comeBack = 0;
  #addresses = new Map();
  #on;

  /** on: {message(notice), link(state), open(), missed(askAfterMs), refused(address)} */
  constructor(on) { this.#on = on; }

  /** token is a function, so that a reconnect sends the one of then. */
  listen(address, token = null) {
    if (this.#addresses.has(address)) return;
    this.#addresses.set(address, token);
    if (this.#isOpen()) this.#register(address);
    else if (!this.#socket) this.#connect();
  }

  forget(address) {
    if (this.#addresses.delete(address) && this.#isOpen()) this.#send({type: 'unregister', address});
  }

  /** The same address once more, with the token of now. */
  again(address) {
    if (this.#addresses.has(address) && this.#isOpen()) this.#register(address);
  }

  #isOpen() { return this.#socket?.readyState === WebSocket.OPEN; }

  #connect() {
    this.#on.link('connecting');
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/eventbus/websocket`);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#attempt = 0;
      this.#ping = setInterval(() => this.#send({type: 'ping'}), PING_MS);
      for (const address of this.#addresses.keys()) this.#register(address);
      this.#on.link('live');
      this.#on.open();
    };
    socket.onmessage = ({data}) => this.#hear(JSON.parse(typeof data === 'string' ? data : new TextDecoder().decode(data)));
    socket.onclose = () => {
      clearInterval(this.#ping);
      this.#on.link('waiting');
      const wait = this.#comeBack || backoff(++this.#attempt);
      this.#comeBack = 0;
      setTimeout(() => this.#connect(), wait);
    };
  }

  #hear(frame) {
    if (frame.type === 'rec' && frame.body?.type === 'drain') this.#comeBack = frame.body.data.reconnectAfterMs;
    else if (frame.type === 'rec' && frame.body?.type === 'missed') this.#on.missed(frame.body.data.askAfterMs);
    else if (frame.type === 'rec') this.#on.message(frame.body);
    else if (frame.type === 'err' && frame.address) this.#on.refused(frame.address);
  }

  #register(address) {
    const token = this.#addresses.get(address)?.();
    this.#send({type: 'register', address, headers: token ? {Authorization: `Bearer ${token}`} : {}});
  }

  #send(frame) { this.#socket.send(JSON.stringify(frame)); }
}
