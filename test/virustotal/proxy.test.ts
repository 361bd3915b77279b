import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulate/server.js';
import { start } from '../support/program.js';
import { makeAuthority, portOf, startProxy } from '../support/proxies.js';
import { startHttp } from '../support/http-server.js';
import { programBytes, writeTree } from '../support/programs.js';
import { startService, TEST_KEY } from '../support/service.js';
import { tempFolder } from '../support/temp.js';
import { apiFailureOf, scannerAt, signal, uploadSource } from './support.js';

const SHA = 'a'.repeat(64);

describe('through a proxy for plain http', () => {
  it('every call goes to the proxy with the whole address, uploads included', async () => {
    await using simulator = await startSimulator({ rate: null });
    const proxy = await startProxy();
    const scanner = scannerAt(`http://vt.test:${portOf(simulator.url)}`, { env: { HTTP_PROXY: proxy.url } });
    expect(await scanner.lookupFile(SHA, { signal })).toBeNull();
    const source = uploadSource(Buffer.alloc(300_000, 1));
    expect((await scanner.uploadFile(source, { signal })).kind).toBe('accepted');
    expect(simulator.uploads).toMatchObject([{ sha256: source.sha256 }]);
    expect(proxy.seen.map((line) => line.replace(/\/\/[^/]+/, ''))).toEqual([
      `GET http:/api/v3/files/${SHA}`,
      'POST http:/api/v3/files',
    ]);
  });

  it('not for hosts that NO_PROXY names', async () => {
    await using simulator = await startSimulator({ rate: null });
    const proxy = await startProxy();
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' };
    expect(await scannerAt(new URL(simulator.url).origin, { env }).lookupFile(SHA, { signal })).toBeNull();
    expect(proxy.seen).toEqual([]);
  });
});

describe('a proxy that refuses the tunnel', () => {
  it.each([403, 407, 502])('with %i does not read as an answer of the service', async (status) => {
    const proxy = await startProxy({ status, body: '<html>Blocked by policy</html>' });
    const scanner = scannerAt('https://vt.test', { env: { HTTPS_PROXY: proxy.url } });
    const error = await apiFailureOf(scanner.lookupFile(SHA, { signal }));
    expect(error.status).toBe(status);
    expect(error.message).not.toMatch(/key/);
    expect(error.message).toMatch(/Blocked by policy/);
    expect(proxy.seen).toEqual(['CONNECT vt.test:443']);
    expect(proxy.bytes().includes(TEST_KEY)).toBe(false);
  });

  it('with 404 is not "unknown"', async () => {
    const proxy = await startProxy({ status: 404, body: '{"error":{"code":"NotFoundError","message":"no route"}}' });
    const scanner = scannerAt('https://vt.test', { env: { HTTPS_PROXY: proxy.url } });
    expect((await apiFailureOf(scanner.lookupFile(SHA, { signal }))).code).toMatch(/API_UNAVAILABLE|API_PROTOCOL/);
  });
});

describe('the real program behind a company’s proxy with its own authority', () => {
  async function company() {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a') });
    const { simulator, env } = await startService(folder);
    const authority = makeAuthority(folder, 'vt.test');
    const upstream = new URL(simulator.url);
    const front = await startHttp((request, response) => {
      const { method, url: path, headers } = request;
      const onward = httpRequest({ host: upstream.hostname, port: upstream.port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    }, authority);
    const proxy = await startProxy();
    return {
      folder,
      proxy,
      simulator,
      caPath: authority.caPath,
      env: { ...env, ABSOLVE_VT_URL: `https://vt.test:${front.port}/api/v3`, HTTPS_PROXY: proxy.url },
      target: `CONNECT vt.test:${front.port}`,
    };
  }
  const FLAGS = ['check', '--upload', '--json', '--rate', '20/20ms', '--daily', '1000', '--monthly', '1000', 'a.exe'];

  it('checks a file, and the proxy never sees the key', async () => {
    const { folder, env, caPath, proxy, simulator, target } = await company();
    const done = await start(FLAGS, { cwd: folder, env: { ...env, NODE_EXTRA_CA_CERTS: caPath } }).done;
    expect(done.stderr).not.toMatch(/error/);
    expect(done.code).toBe(0);
    expect(simulator.uploads).toHaveLength(1);
    expect(new Set(proxy.seen)).toEqual(new Set([target]));
    expect(proxy.bytes().includes(TEST_KEY)).toBe(false);
  });

  it('does not talk to an authority that it was not told of, and says which setting helps', async () => {
    const { folder, env, simulator } = await company();
    const done = await start(FLAGS, { cwd: folder, env }).done;
    expect(done.code).toBe(3);
    expect(simulator.log).toEqual([]);
    expect(done.stdout).toMatch(/API_UNAVAILABLE/);
    expect(done.stdout).toMatch(/unable to (verify|get)|self.signed/);
    expect(done.stdout).toMatch(/NODE_EXTRA_CA_CERTS/);
  });
});
