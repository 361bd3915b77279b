import { createHash } from 'node:crypto';
import { startSimulator, type SimulatorOptions } from '../../src/simulate/server.js';

export const KEY = '0123456789abcdef'.repeat(4);

export const digest = (algorithm: string, bytes: Uint8Array | string): string =>
  createHash(algorithm).update(bytes).digest('hex');

/** A stand-in without a rate limit and with a clock that the test moves. */
export async function simulate(options: SimulatorOptions = {}) {
  const clock = { nowMs: Date.UTC(2026, 5, 15, 12, 0, 0) };
  const simulator = await startSimulator({ rate: null, now: () => clock.nowMs, analysisMs: 1000, ...options });
  return { simulator, clock, ...client(simulator.url), [Symbol.asyncDispose]: () => simulator.close() };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the tests look into answers at will
  readonly body: any;
}

/** A plain client on the built-in `fetch`. */
export function client(url: string, key: string | null = KEY) {
  const send = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    const headers = { ...(key === null ? {} : { 'x-apikey': key }), ...(init.headers as Record<string, string>) };
    const response = await fetch(path.startsWith('http') ? path : `${url}${path}`, { ...init, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
  return {
    get: (path: string) => send(path),
    post: (path: string, init: RequestInit = {}) => send(path, { method: 'POST', ...init }),
    upload: (bytes: string | Uint8Array<ArrayBuffer>, name = 'setup.exe', path = '/files') => {
      const form = new FormData();
      form.set('file', new Blob([bytes]), name);
      return send(path, { method: 'POST', body: form });
    },
    submitUrl: (address: string) => send('/urls', { method: 'POST', body: new URLSearchParams({ url: address }) }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
