import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { mask } from '../../src/domain/secret.js';
import type { Scanner } from '../../src/ports.js';
import { always, closedPort, startHttp } from '../support/http-server.js';
import { TEST_KEY } from '../support/service.js';
import { failureOf, scannerAt, signal, uploadSource } from './support.js';

const ODD_KEY = 'a+b/c=d&e f?%'.replace(' ', '') + 'x'.repeat(20);
const SHA = 'a'.repeat(64);

const CALLS: readonly [string, (scanner: Scanner) => Promise<unknown>][] = [
  ['a look-up', (scanner) => scanner.lookupFile(SHA, { signal })],
  ['an upload', (scanner) => scanner.uploadFile(uploadSource(Buffer.from('bytes')), { signal })],
  ['an upload address', (scanner) => scanner.createUploadUrl({ signal })],
  ['a rescan', (scanner) => scanner.rescanFile(SHA, { signal })],
  ['an analysis', (scanner) => scanner.getAnalysis('id', { signal })],
  ['a URL', (scanner) => scanner.submitUrl('https://example.com/', { signal })],
  ['quotas', (scanner) => scanner.getQuotas({ signal })],
];

/** Everything that a logger, a debugger or a careless `console.log` could make of an error. */
function everythingIn(error: unknown): string {
  const chain: unknown[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 10; at = at.cause) chain.push(at);
  return [
    inspect(error, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(error),
    ...chain.map((one) => `${String(one)} ${(one as Error).stack} ${JSON.stringify(one)}`),
  ].join('\n');
}

function expectNoKey(error: unknown, key: string): void {
  const text = everythingIn(error);
  expect(text).not.toContain(key);
  expect(text).not.toContain(encodeURIComponent(key));
  expect(text).not.toContain(encodeURIComponent(key).toLowerCase());
  // A part of it is as good as the whole to somebody who has the rest.
  expect(text).not.toContain(key.slice(0, 12));
  expect(text).not.toMatch(/AxiosError|x-apikey/i);
}

describe.each(CALLS)('the key after %s', (_what, call) => {
  it('is masked where the service repeats it, plain, encoded and cut in half by our own limit', async () => {
    for (const key of [TEST_KEY, ODD_KEY]) {
      for (const echo of [key, encodeURIComponent(key), encodeURIComponent(key).toLowerCase(), `\u001b${key}`]) {
        for (const padding of ['', 'x'.repeat(170), 'x'.repeat(268)]) {
          const message = `${padding}Wrong API key: ${echo}`;
          for (const [status, body] of [
            [401, JSON.stringify({ error: { code: 'WrongCredentialsError', message } })],
            [401, message],
            [200, message],
            [500, message],
          ] as const) {
            const { url } = await startHttp(always(status, body));
            expectNoKey(await failureOf(call(scannerAt(url, { key }))), key);
          }
        }
      }
    }
  });

  it('is in nothing that a failed connection leaves behind', async () => {
    const reset = await startHttp((request) => request.socket.resetAndDestroy());
    const silent = await startHttp(() => {});
    const cut = await startHttp((request, response) => {
      request.resume();
      request.once('end', () => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{"data":', () => response.destroy());
      });
    });
    const places = [reset.url, cut.url, silent.url, `http://127.0.0.1:${await closedPort()}`];
    for (const place of places) {
      expectNoKey(await failureOf(call(scannerAt(place, { idleTimeoutMs: 50 }))), TEST_KEY);
    }
  });
});

describe('the token of an upload address', () => {
  it('is in no error either', async () => {
    const token = 'AMmfu6bSecretToken';
    for (const status of [200, 404, 500]) {
      const { url } = await startHttp(always(status, '<html>'));
      const uploadUrl = `${url}/_ah/upload/${token}/`;
      const error = await failureOf(scannerAt(url).uploadFile(uploadSource(Buffer.from('x')), { signal, uploadUrl }));
      expect(everythingIn(error)).not.toContain(token);
    }
    const uploadUrl = `http://127.0.0.1:${await closedPort()}/_ah/upload/${token}/`;
    const error = await failureOf(
      scannerAt('http://127.0.0.1:1').uploadFile(uploadSource(Buffer.from('x')), { signal, uploadUrl }),
    );
    expect(everythingIn(error)).not.toContain(token);
  });
});

describe('masking', () => {
  it('finds a secret in either spelling of its percent-encoding', () => {
    for (const spelling of ['k+y=$(', 'k%2By%3D%24(', 'k%2by%3d%24(']) {
      expect(mask(`/users/${spelling}`, ['k+y=$('])).toBe('/users/[key]');
    }
  });

  it('leaves the words of a sentence alone, also those that it puts in', () => {
    expect(mask('any company is not known', ['any', 'k', ''])).toBe('any company is not known');
    expect(mask('password: password', ['password'], '[password]')).toBe('[password]: [password]');
    expect(mask('a secret and a secret more', ['secret', 'secret more'], '*')).toBe('a * and a *');
  });
});
