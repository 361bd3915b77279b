import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { digest, KEY, simulate } from './support.js';

/** Sends bytes as they are and reads until the server ends the connection. */
function exchange(url: string, pieces: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    for (const piece of pieces) socket.write(piece);
  });
}

const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));

describe('a client that writes to the socket itself', () => {
  it('looks a file up the way curl does', async () => {
    await using service = await simulate();
    const { url } = service.simulator;
    const answer = await exchange(url, [
      `GET /api/v3/files/${'0'.repeat(64)} HTTP/1.1\r\n`,
      `Host: ${new URL(url).host}\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n`,
      `X-APIKEY: ${KEY}\r\nConnection: close\r\n\r\n`,
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(answer).toMatch(/\r\nContent-Length: \d+\r\n/);
    expect(bodyOf(answer).error.code).toBe('NotFoundError');
  });

  it('uploads a chunked form, cut within the boundary', async () => {
    await using service = await simulate();
    const { url } = service.simulator;
    const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    const answer = await exchange(url, [
      'POST /api/v3/files HTTP/1.1\r\n',
      `Host: ${new URL(url).host}\r\nX-Apikey: ${KEY}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n`,
      'Content-Type: multipart/form-data; boundary=0123456789abcdef\r\nAccept-Encoding: gzip\r\n\r\n',
      chunk('--0123456789ab'),
      chunk('cdef\r\nContent-Disposition: form-data; name="file"; filename="setup.exe"\r\n'),
      chunk('Content-Type: application/octet-stream\r\n\r\nMZ pro'),
      chunk('gram\r\n--01234567'),
      chunk('89abcdef--\r\n'),
      '0\r\n\r\n',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(service.simulator.uploads[0]).toMatchObject({
      sha256: digest('sha256', 'MZ program'),
      filename: 'setup.exe',
    });
  });

  it('gets links under the name by which it reached the server', async () => {
    await using service = await simulate();
    const ask = async (host: string) =>
      bodyOf(
        await exchange(service.simulator.url, [
          `GET /api/v3/files/upload_url HTTP/1.1\r\nHost: ${host}\r\nX-Apikey: ${KEY}\r\nConnection: close\r\n\r\n`,
        ]),
      ).data;
    expect(await ask('simulator:8080')).toMatch(/^http:\/\/simulator:8080\/_ah\/upload\//);
    expect(await ask('evil"/<x>')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_ah\/upload\//);
  });

  it('that asks for nonsense gets an answer, and the server lives on', async () => {
    await using service = await simulate();
    for (const target of [
      '*',
      '//',
      '/api/v3/files/%',
      `/api/v3/${'a/'.repeat(2000)}`,
      'http://other/api/v3/files/x',
    ]) {
      const answer = await exchange(service.simulator.url, [
        `GET ${target} HTTP/1.1\r\nHost: x\r\nX-Apikey: k\r\nConnection: close\r\n\r\n`,
      ]);
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expect((await service.get(`/files/${'0'.repeat(64)}`)).status).toBe(404);
  });
});

it('the sequence of the official client runs: look up, upload URL, upload, poll until completed, report', async () => {
  await using service = await simulate({ analysisMs: 30_000 });
  const { simulator, clock } = service;
  const headers = { 'X-Apikey': KEY, 'Accept-Encoding': 'gzip', 'User-Agent': 'unknown; vtpy 0.18.0; gzip' };
  const ask = async (path: string, init: RequestInit = {}) =>
    (await fetch(path.startsWith('http') ? path : simulator.url + path, { headers, ...init })).json() as Promise<{
      data: any; // oxlint-disable-line typescript/no-explicit-any -- the answers are looked into at will
      error?: { code: string };
    }>;

  const sha256 = digest('sha256', 'release');
  expect((await ask(`/files/${sha256}`)).error?.code).toBe('NotFoundError');
  const { data: uploadUrl } = await ask('/files/upload_url');
  const form = new FormData();
  form.set('file', new Blob(['release']), 'release.msi');
  const { data: submitted } = await ask(uploadUrl, { method: 'POST', body: form });
  let polls = 0;
  for (let status = ''; status !== 'completed'; polls += 1) {
    status = (await ask(`/analyses/${submitted.id}`)).data.attributes.status;
    clock.nowMs += 20_000;
  }
  const { data: report } = await ask(`/files/${sha256}`);
  expect(polls).toBe(3);
  expect([report.id, report.attributes.last_analysis_stats.undetected]).toEqual([sha256, 72]);
  expect(simulator.log.map(({ method, route }) => `${method} ${route}`)).toEqual([
    'GET /files/{id}',
    'GET /files/upload_url',
    'POST /_ah/upload/{token}/',
    'GET /analyses/{id}',
    'GET /analyses/{id}',
    'GET /analyses/{id}',
    'GET /files/{id}',
  ]);
});
