import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../src/simulate/server.js';
import { digest, KEY, simulate } from './support.js';

/** A form as raw text, to send what no client library would. */
const raw = (disposition: string) => ({
  headers: { 'content-type': 'multipart/form-data; boundary=b' },
  body: `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\nbytes\r\n--b--\r\n`,
});

describe('an upload', () => {
  it('is remembered with its name, size and digest', async () => {
    await using service = await simulate();
    const { clock, upload, simulator } = service;
    expect((await upload('bytes', 'Ünïcode "quoted".exe')).status).toBe(200);
    expect(simulator.uploads).toEqual([
      {
        sha256: digest('sha256', 'bytes'),
        sizeBytes: 5,
        filename: 'Ünïcode "quoted".exe',
        at: clock.nowMs,
        accepted: true,
      },
    ]);
  });

  it.each([
    ['has no part named "file"', raw('name="upload"; filename="a.exe"')],
    ['has a file without a name', raw('name="file"')],
    ['gives the name as filename*', raw(`name="file"; filename="a"; filename*=UTF-8''a`)],
    ['is no form', { headers: { 'content-type': 'application/json' }, body: '{}' }],
    [
      'ends early',
      { headers: raw('').headers, body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nby' },
    ],
  ])('gets 400 when it %s', async (_, init) => {
    await using service = await simulate();
    const answer = await service.post('/files', init);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'BadRequestError']);
    expect(service.simulator.uploads).toEqual([]);
  });

  it('may carry a password beside the file', async () => {
    await using service = await simulate();
    const form = new FormData();
    form.set('password', 'infected');
    form.set('file', new Blob(['zip']), 'a.zip');
    expect((await service.post('/files', { body: form })).status).toBe(200);
  });

  it('of more than 32 MB gets an HTML 413, and goes through an upload URL', async () => {
    await using service = await simulate();
    const { get, upload } = service;
    const bytes = new Uint8Array(33_554_433);
    const direct = await upload(bytes);
    expect([direct.status, direct.headers.get('content-type')]).toEqual([413, 'text/html; charset=UTF-8']);
    const { data: url } = (await get('/files/upload_url')).body;
    expect((await upload(bytes, 'large.iso', url)).status).toBe(200);
  });

  it('of exactly the limit is taken', async () => {
    await using service = await simulate({ directLimitBytes: 1000 });
    expect((await service.upload(new Uint8Array(1000))).status).toBe(200);
    expect((await service.upload(new Uint8Array(1001))).status).toBe(413);
  });

  it('over the limit of an upload URL gets 413', async () => {
    await using service = await simulate({ uploadLimitBytes: 1000 });
    const { data: url } = (await service.get('/files/upload_url')).body;
    expect((await service.upload(new Uint8Array(1001), 'a', url)).status).toBe(413);
  });

  it('through one upload URL works once, whatever came of the first try', async () => {
    await using service = await simulate();
    const { get, post, upload, simulator } = service;
    const { data: url } = (await get('/files/upload_url')).body;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_ah\/upload\/[\w-]{40,}\/$/);
    expect((await post(url, raw('name="file"'))).status).toBe(400);
    expect((await upload('bytes', 'a', url)).status).toBe(404);
    const token = String(url).split('/')[5] ?? '';
    expect(token.length).toBeGreaterThan(40);
    expect(JSON.stringify(simulator.log)).not.toContain(token);
  });

  it('that breaks off leaves nothing behind', async () => {
    const ended = new EventEmitter<{ request: [LogEntry] }>();
    await using service = await simulate({ onRequest: (entry) => ended.emit('request', entry) });
    const over = once(ended, 'request');
    const { simulator, get } = service;
    const half = request(`${simulator.url}/files`, {
      method: 'POST',
      headers: { ...raw('').headers, 'x-apikey': KEY, 'content-length': 1000, expect: '100-continue' },
    });
    half.on('error', () => undefined);
    half.flushHeaders();
    await once(half, 'continue');
    half.write(raw('name="file"; filename="a"').body);
    half.destroy();
    const [entry] = await over;
    expect(entry).toMatchObject({ method: 'POST', route: '/files', status: 0 });
    expect((await get(`/files/${digest('sha256', 'bytes')}`)).status).toBe(404);
    expect(simulator.uploads).toEqual([]);
  });

  it('of 256 MiB never holds more than a quarter of it in memory', async () => {
    await using service = await simulate();
    const { simulator, get } = service;
    const { data: url } = (await get('/files/upload_url')).body;
    const piece = Buffer.alloc(1_048_576, 7);
    const pieces = 256;
    const head = Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="big.iso"\r\n\r\n');
    const tail = Buffer.from('\r\n--b--\r\n');
    const upload = request(url, {
      method: 'POST',
      headers: {
        'x-apikey': KEY,
        'content-type': 'multipart/form-data; boundary=b',
        'content-length': head.length + pieces * piece.length + tail.length,
      },
    });
    const answered = once(upload, 'response');
    let heldBytes = 0;
    const before = process.memoryUsage();
    upload.write(head);
    for (let sent = 0; sent < pieces; sent += 1) {
      if (!upload.write(piece)) await once(upload, 'drain');
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      heldBytes = Math.max(heldBytes, arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed);
    }
    upload.end(tail);
    const [response] = (await answered) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(simulator.uploads[0]?.sizeBytes).toBe(pieces * piece.length);
    expect(heldBytes).toBeLessThan((pieces * piece.length) / 4);
  });
});
