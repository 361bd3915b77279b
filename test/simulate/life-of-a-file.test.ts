import { describe, expect, it } from 'vitest';
import { digest, simulate } from './support.js';

const BYTES = 'MZ not really a program';
const SHA256 = digest('sha256', BYTES);
const ZERO = {
  malicious: 0,
  suspicious: 0,
  undetected: 0,
  harmless: 0,
  timeout: 0,
  'confirmed-timeout': 0,
  failure: 0,
  'type-unsupported': 0,
};

describe('a file', () => {
  it('is unknown until it is uploaded, then queued, in progress and completed', async () => {
    await using service = await simulate({ analysisMs: 1000, queuedShare: 0.5 });
    const { clock, get, upload } = service;

    const unknown = await get(`/files/${SHA256}`);
    expect([unknown.status, unknown.body]).toEqual([
      404,
      { error: { code: 'NotFoundError', message: `File "${SHA256}" not found` } },
    ]);

    const submitted = await upload(BYTES, 'setup.exe');
    const { id } = submitted.body.data;
    expect(submitted.status).toBe(200);
    expect(submitted.body.data.type).toBe('analysis');
    expect(Buffer.from(id, 'base64').toString()).toBe(`${digest('md5', BYTES)}:${clock.nowMs / 1000}`);

    const queued = await get(`/analyses/${encodeURIComponent(id)}`);
    expect(queued.body.data.attributes).toEqual({
      date: clock.nowMs / 1000,
      status: 'queued',
      stats: ZERO,
      results: {},
    });
    expect(queued.body.meta.file_info).toEqual({
      sha256: SHA256,
      sha1: digest('sha1', BYTES),
      md5: digest('md5', BYTES),
      size: BYTES.length,
    });

    clock.nowMs += 750;
    const { attributes: partial } = (await get(`/analyses/${id}`)).body.data;
    expect(partial.status).toBe('in-progress');
    expect(Object.keys(partial.results).length).toBe(39);
    expect(partial.stats.undetected + partial.stats['type-unsupported']).toBe(39);

    clock.nowMs += 250;
    const { attributes: whole } = (await get(`/analyses/${id}`)).body.data;
    expect(whole.status).toBe('completed');
    expect(whole.stats).toEqual({ ...ZERO, undetected: 72, 'type-unsupported': 4 });
    expect((await get(`/analyses/${id}/item`)).body.data.id).toBe(SHA256);
  });

  it('has a report of zeros and no analysis date before its first analysis is complete', async () => {
    await using service = await simulate();
    const { clock, get, upload } = service;
    await upload(BYTES, 'setup.exe');
    const { attributes: early } = (await get(`/files/${SHA256}`)).body.data;
    expect([early.last_analysis_stats, early.last_analysis_results]).toEqual([ZERO, {}]);
    expect(early).not.toHaveProperty('last_analysis_date');
    const startedS = clock.nowMs / 1000;
    clock.nowMs += 1000;
    const { attributes } = (await get(`/files/${SHA256}`)).body.data;
    expect(attributes.last_analysis_date).toBe(startedS);
    expect(attributes.last_analysis_stats.undetected).toBe(72);
    expect(attributes.meaningful_name).toBe('setup.exe');
  });

  it('is found by md5, sha1 and sha256 in any case, always under its sha256', async () => {
    await using service = await simulate();
    const { get, upload } = service;
    await upload(BYTES);
    for (const algorithm of ['md5', 'sha1', 'sha256']) {
      const answer = await get(`/files/${digest(algorithm, BYTES).toUpperCase()}`);
      expect(answer.body.data.id).toBe(SHA256);
      expect(answer.body.data.links.self).toMatch(new RegExp(`^http://.*/api/v3/files/${SHA256}$`));
    }
  });

  it('shows its report late when the service lags', async () => {
    await using service = await simulate({ analysisMs: 1000, reportLagMs: 500 });
    const { clock, get, upload } = service;
    const { id } = (await upload(BYTES)).body.data;
    clock.nowMs += 1499;
    expect((await get(`/analyses/${id}`)).body.data.attributes.status).toBe('completed');
    expect((await get(`/files/${SHA256}`)).body.data.attributes.last_analysis_stats).toEqual(ZERO);
    clock.nowMs += 1;
    expect((await get(`/files/${SHA256}`)).body.data.attributes.last_analysis_stats.undetected).toBe(72);
  });

  it('keeps its old report while it is analysed again', async () => {
    await using service = await simulate();
    const { clock, get, post, upload } = service;
    await upload(BYTES);
    const firstS = clock.nowMs / 1000;
    clock.nowMs += 5000;
    const again = await post(`/files/${SHA256}/analyse`);
    expect(again.status).toBe(200);
    expect((await get(`/files/${SHA256}`)).body.data.attributes.last_analysis_date).toBe(firstS);
    clock.nowMs += 1000;
    const { attributes } = (await get(`/files/${SHA256}`)).body.data;
    expect([attributes.last_analysis_date, attributes.times_submitted]).toEqual([firstS + 5, 2]);
  });

  it('cannot be analysed again when it is unknown', async () => {
    await using service = await simulate();
    expect((await service.post(`/files/${SHA256}/analyse`)).status).toBe(404);
  });

  it.each([
    ['AlreadySubmittedError', 409, 'AlreadySubmittedError'],
    ['AlreadyExistsError', 409, 'AlreadyExistsError'],
    ['unprocessable', 422, undefined],
    ['merge', 200, undefined],
  ] as const)('submitted again during its analysis gets what is set: %s', async (duplicates, status, code) => {
    await using service = await simulate({ duplicates });
    const { clock, post, upload, simulator } = service;
    const { id } = (await upload(BYTES)).body.data;
    clock.nowMs += 999;
    for (const answer of [await upload(BYTES), await post(`/files/${SHA256}/analyse`)]) {
      expect(answer.status).toBe(status);
      expect(answer.body?.error?.code).toBe(code);
      if (duplicates === 'merge') expect(answer.body.data.id).toBe(id);
    }
    expect(simulator.uploads.map(({ accepted }) => accepted)).toEqual([true, false]);
    clock.nowMs += 1;
    expect((await upload(BYTES)).status).toBe(200);
  });
});
