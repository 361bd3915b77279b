import { request, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseFault } from '../../src/simulate/fault-spec.js';
import { FAULT_KINDS, type Fault } from '../../src/simulate/faults.js';
import { digest, KEY, simulate } from './support.js';

const BYTES = 'known bytes';
const SHA256 = digest('sha256', BYTES);
const REPORT = `/files/${SHA256}`;

/** A stand-in whose only file has a finished report, and which then has the faults. */
async function faulty(...faults: Fault[]) {
  return simulate({ scenario: { rules: [], known: [SHA256], knownShare: 0 }, faults });
}

describe('a replaced answer', () => {
  it.each([
    ['401', 401, 'WrongCredentialsError'],
    ['403', 403, 'ForbiddenError'],
    ['404', 404, 'NotFoundError'],
    ['409', 409, 'AlreadySubmittedError'],
    ['424', 424, 'FailedDependencyError'],
    ['429', 429, 'QuotaExceededError'],
    ['too-many-requests', 429, 'TooManyRequestsError'],
    ['503', 503, 'TransientError'],
    ['504', 504, 'DeadlineExceededError'],
  ] as const)('%s has the envelope of the service', async (kind, status, code) => {
    await using service = await faulty({ kind });
    const answer = await service.get(REPORT);
    expect([answer.status, answer.body.error.code, answer.headers.get('retry-after')]).toEqual([status, code, null]);
  });

  it.each([
    ['429-seconds', '3'],
    ['429-date', 'Mon, 15 Jun 2026 12:00:03 GMT'],
  ] as const)('%s says when to come back', async (kind, value) => {
    await using service = await faulty({ kind, durationMs: 2500 });
    expect((await service.get(REPORT)).headers.get('retry-after')).toBe(value);
  });

  it('502 is a page of a gateway', async () => {
    await using service = await faulty({ kind: '502' });
    const { status, headers, text } = await service.get(REPORT);
    expect([status, headers.get('content-type')]).toEqual([502, 'text/html; charset=UTF-8']);
    expect(text).toContain('<title>Bad Gateway</title>');
  });

  it('of kind 429 is not counted, any other is', async () => {
    await using service = await faulty({ kind: '429', nth: 1 }, { kind: '503', nth: 2 });
    await service.get(REPORT);
    await service.get(REPORT);
    expect(service.simulator.log.map(({ status, counted }) => [status, counted])).toEqual([
      [429, false],
      [503, true],
    ]);
  });

  it('keeps an upload out', async () => {
    await using service = await faulty({ kind: '503', method: 'POST' });
    expect((await service.upload('new')).status).toBe(503);
    expect(service.simulator.uploads).toEqual([]);
    expect((await service.get(`/files/${digest('sha256', 'new')}`)).status).toBe(404);
  });
});

describe('an altered answer', () => {
  it.each([
    ['html', 200, /^<!DOCTYPE html>/],
    ['invalid-json', 200, /undefined/],
    ['empty', 200, /^$/],
  ] as const)('%s is no JSON', async (kind, status, text) => {
    await using service = await faulty({ kind });
    const answer = await service.get(REPORT);
    expect([answer.status, answer.body]).toEqual([status, undefined]);
    expect(answer.text).toMatch(text);
  });

  it('truncated is half of the answer, and complete for HTTP', async () => {
    await using service = await faulty({ kind: 'truncated', nth: 1 });
    const half = await service.get(REPORT);
    const whole = await service.get(REPORT);
    expect(half.text).toBe(whole.text.slice(0, Math.ceil(whole.text.length / 2)));
    expect(half.body).toBeUndefined();
  });

  it('cut ends the connection within the body', async () => {
    await using service = await faulty({ kind: 'cut' });
    const { statusCode, announced, received, failed } = await rawGet(service.simulator.url + REPORT);
    expect([statusCode, received, failed]).toEqual([200, Math.floor(announced / 2), true]);
    expect(service.simulator.log[0]?.status).toBe(0);
  });

  it('reset never comes, and the request had no effect', async () => {
    await using service = await faulty({ kind: 'reset', method: 'POST', nth: 1 });
    await expect(service.upload('new')).rejects.toThrow(TypeError);
    expect(service.simulator.uploads).toEqual([]);
    expect((await service.upload('new')).status).toBe(200);
  });

  it('reset-after never comes either, but the upload took effect', async () => {
    await using service = await faulty({ kind: 'reset-after', route: '/files', method: 'POST', nth: 1 });
    await expect(service.upload('new')).rejects.toThrow(TypeError);
    expect(service.simulator.uploads.map(({ accepted }) => accepted)).toEqual([true]);
    expect((await service.get(`/files/${digest('sha256', 'new')}`)).status).toBe(200);
    expect((await service.upload('new')).status).toBe(409);
  });

  it('slow-headers and slow-body come whole in the end', async () => {
    await using service = await faulty(
      { kind: 'slow-headers', nth: 1, durationMs: 40 },
      { kind: 'slow-body', nth: 2, durationMs: 40 },
    );
    for (let turn = 0; turn < 2; turn += 1) {
      const startedMs = performance.now();
      expect((await service.get(REPORT)).body.data.id).toBe(SHA256);
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(35);
    }
  });

  it('slow does not hold up the end of the server', async () => {
    const service = await faulty({ kind: 'slow-headers', durationMs: 3_600_000 });
    const answer = service.get(REPORT);
    answer.catch(() => undefined);
    while (service.simulator.log.length === 0) await new Promise(setImmediate);
    await service.simulator.close();
    await expect(answer).rejects.toThrow(TypeError);
  });

  it.each([
    ['gzip, deflate', 'gzip'],
    ['identity', undefined],
  ])('gzip is compressed for a client that accepts %s', async (accepted, encoding) => {
    await using service = await faulty({ kind: 'gzip' });
    const { headers, bytes } = await rawGet(service.simulator.url + REPORT, { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(encoding);
    const text = (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    expect(JSON.parse(text).data.id).toBe(SHA256);
  });

  it('foreign-upload-url points to another host', async () => {
    await using service = await faulty({ kind: 'foreign-upload-url' });
    const { data } = (await service.get('/files/upload_url')).body;
    expect(data).toMatch(/^https:\/\/upload\.example\.org\/_ah\/upload\/[\w-]+\/$/);
  });
});

describe('wrong members', () => {
  const altered = async (kind: Fault['kind'], path = REPORT) => {
    await using service = await faulty({ kind });
    return (await service.get(path)).body;
  };

  it('are each where they were recorded', async () => {
    expect((await altered('no-links')).data).not.toHaveProperty('links');
    expect((await altered('no-confirmed-timeout')).data.attributes.last_analysis_stats).not.toHaveProperty(
      'confirmed-timeout',
    );
    expect((await altered('stats-off-by-one')).data.attributes.last_analysis_stats.harmless).toBe(1);
    const { last_analysis_results: results } = (await altered('unknown-category')).data.attributes;
    expect(results.Acronis.category).toBe('undecided-by-committee');
    const { last_analysis_results: versions } = (await altered('null-engine-version')).data.attributes;
    expect(versions.Zoner.engine_version).toBeNull();
    const { bundle_info: bundle } = (await altered('huge-number')).data.attributes;
    expect(bundle.uncompressed_size).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
  });

  it('numeric-id and no-meta strike submissions and analyses', async () => {
    await using service = await faulty({ kind: 'numeric-id', method: 'POST' }, { kind: 'no-meta', method: 'GET' });
    expect((await service.upload('new')).body.data.id).toBe(1_571_524_923);
    const id = Buffer.from(`${digest('md5', 'new')}:${service.clock.nowMs / 1000}`).toString('base64');
    const analysis = (await service.get(`/analyses/${id}`)).body;
    expect([analysis.meta, analysis.data.attributes.status]).toEqual([undefined, 'queued']);
  });

  it('leave an answer alone that lacks them', async () => {
    await using service = await faulty({ kind: 'numeric-id' });
    const answer = await service.get(`/files/${'0'.repeat(64)}`);
    expect([answer.status, answer.body.error.code]).toEqual([404, 'NotFoundError']);
  });
});

describe('a fault', () => {
  it('strikes the nth request that fits, and as many as it says', async () => {
    await using service = await faulty({ kind: '503', route: '/files/{id}', nth: 2, times: 2 });
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      await service.get('/files/upload_url');
      statuses.push((await service.get(REPORT)).status);
    }
    expect(statuses).toEqual([200, 503, 503, 200, 200]);
  });

  it('strikes by subject: in the path, by digest of an upload, or by its name', async () => {
    await using service = await faulty(
      { kind: '503', subject: SHA256.slice(0, 12) },
      { kind: '504', subject: digest('sha256', 'new') },
      { kind: '403', subject: 'SETUP.exe' },
    );
    expect((await service.get(REPORT)).status).toBe(503);
    expect((await service.upload('new', 'a.exe')).status).toBe(504);
    expect((await service.upload('other', 'my-setup.exe')).status).toBe(403);
    expect((await service.upload('third', 'a.exe')).status).toBe(200);
    expect(service.simulator.uploads.map(({ accepted }) => accepted)).toEqual([false, false, true]);
  });

  it('is not used up by a request that the quota refuses', async () => {
    const rate = { requests: 1, windowMs: 1000 };
    await using service = await simulate({ rate, faults: [{ kind: '503', nth: 2 }] });
    const { clock, get } = service;
    const first = await get(REPORT);
    const refused = await get(REPORT);
    clock.nowMs += 1000;
    const struck = await get(REPORT);
    expect([first.status, refused.status, struck.status]).toEqual([404, 429, 503]);
  });
});

describe('a fault on the command line', () => {
  it.each<[string, Fault]>([
    ['503', { kind: '503' }],
    ['slow-body=5s,route=/analyses/{id}', { kind: 'slow-body', durationMs: 5000, route: '/analyses/{id}' }],
    ['cut, method=post, nth=2, times=3', { kind: 'cut', method: 'POST', nth: 2, times: 3 }],
    ['reset,subject=a=b.exe', { kind: 'reset', subject: 'a=b.exe' }],
  ])('%s is read', (spec, fault) => {
    expect(parseFault(spec)).toEqual(fault);
  });

  it.each(['', 'teapot', '503,nth=0', '503,nth=x', '503,colour=red', '503,nth', 'slow-body=soon', 'toString'])(
    '%j is refused with a sentence',
    (spec) => {
      expect(parseFault(spec)).toEqual(expect.any(String));
    },
  );

  it('has every kind', () => {
    for (const kind of Object.keys(FAULT_KINDS)) expect(parseFault(kind)).toEqual({ kind });
  });
});

/** Sees what `fetch` hides: the raw bytes, and how a connection ends. */
function rawGet(url: string, headers: Record<string, string> = {}) {
  return new Promise<{
    statusCode: number | undefined;
    headers: IncomingMessage['headers'];
    announced: number;
    received: number;
    bytes: Buffer;
    failed: boolean;
  }>((resolve, reject) => {
    const sent = request(url, { headers: { 'x-apikey': KEY, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      let failed = false;
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => {
        failed = true;
      });
      response.on('close', () => {
        const bytes = Buffer.concat(chunks);
        const announced = Number(response.headers['content-length']);
        resolve({
          statusCode: response.statusCode,
          headers: response.headers,
          announced,
          received: bytes.length,
          bytes,
          failed,
        });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
