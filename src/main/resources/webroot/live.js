/** A client of the event-bus bridge on a plain WebSocket: subscriptions survive reconnects, and a dead socket is noticed. */

import {backoff} from './state.js';

const NOBODY = 'nobody'; // the bridge refuses at once what is sent to it: a sign of life

export class Live {
  #socket = null;
  #beating = 0;
  #doubt = 0;
  #return = 0;
  #heard = false;
  #attempt = 0;
  #comeBack = 0;
  #catchingUp = false;
  #addresses = new Map();
  #tokens = new Map();
  #on;
  #pingMs;
  #patienceMs;

  /** on: {message(notice), link(state), open(), missed(askAfterMs), refused(address, token)} */
  constructor(on, {pingMs = 25000, patienceMs = 5000} = {}) {
    this.#on = on;
    this.#pingMs = pingMs;
    this.#patienceMs = patienceMs;
  }

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

  /** The same address once more, with the token of now. Something may have been missed meanwhile. */
  again(address) {
    if (!this.#addresses.has(address) || !this.#isOpen()) return;
    this.#register(address);
    this.#catchingUp = true;
    this.#ask(); // its answer says that the registration before it was read
  }

  /** After sleep or a change of network: a socket that does not answer is dead, whatever the browser believes. */
  wake() {
    if (this.#isOpen()) this.#ask();
    else if (this.#return) this.#connect();
  }

  #isOpen() { return this.#socket?.readyState === WebSocket.OPEN; }

  #connect() {
    clearTimeout(this.#return);
    this.#return = 0;
    this.#on.link('connecting');
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/eventbus/websocket`);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#sign();
      this.#attempt = 0;
      this.#beating = setInterval(() => this.#beat(), this.#pingMs);
      for (const address of this.#addresses.keys()) this.#register(address);
      this.#on.link('live');
      this.#on.open();
    };
    socket.onmessage = ({data}) => {
      this.#sign();
      this.#hear(JSON.parse(typeof data === 'string' ? data : new TextDecoder().decode(data)));
    };
    socket.onclose = () => this.#lose();
    this.#doubtful(3 * this.#patienceMs);
  }

  /** Not by waiting for its close: a dead one takes minutes. */
  #lose() {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    clearInterval(this.#beating);
    this.#sign();
    this.#catchingUp = false;
    this.#on.link('waiting');
    const wait = this.#comeBack || backoff(++this.#attempt);
    this.#comeBack = 0;
    this.#return = setTimeout(() => this.#connect(), wait);
  }

  #beat() {
    this.#send({type: 'ping'});
    if (!this.#heard) this.#ask();
    this.#heard = false;
  }

  #ask() {
    this.#send({type: 'send', address: NOBODY});
    this.#doubtful();
  }

  #doubtful(ms = this.#patienceMs) { this.#doubt ||= setTimeout(() => this.#lose(), ms); }

  /** Somebody is there. */
  #sign() {
    clearTimeout(this.#doubt);
    this.#doubt = 0;
    this.#heard = true;
  }

  #hear(frame) {
    if (frame.type === 'rec' && frame.body?.type === 'drain') this.#comeBack = frame.body.data.reconnectAfterMs;
    else if (frame.type === 'rec' && frame.body?.type === 'missed') this.#on.missed(frame.body.data.askAfterMs);
    else if (frame.type === 'rec') this.#on.message(frame.body);
    else if (frame.type === 'err' && this.#addresses.has(frame.address)) {
      this.#on.refused(frame.address, this.#tokens.get(frame.address));
    } else if (frame.type === 'err' && frame.address === NOBODY && this.#catchingUp) {
      this.#catchingUp = false;
      this.#on.missed(0);
    }
  }

  #register(address) {
    const token = this.#addresses.get(address)?.();
    this.#tokens.set(address, token);
    this.#send({type: 'register', address, headers: token ? {Authorization: `Bearer ${token}`} : {}});
  }

  #send(frame) { this.#socket.send(JSON.stringify(frame)); }
}
