import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMeter } from '../../src/simulate/meter.js';
import { largestWindow } from '../../src/simulate/request-log.js';
import { client, digest, KEY, simulate } from './support.js';

const UNKNOWN = `/files/${'0'.repeat(64)}`;
const EXCEEDED = { error: { code: 'QuotaExceededError', message: 'Quota exceeded' } };
const windowOf4 = { rate: { requests: 4, windowMs: 60_000 } };

describe('the minute window', () => {
  it('slides: a place is free again exactly one window after it was taken', async () => {
    await using service = await simulate(windowOf4);
    const { clock, get } = service;
    const startMs = clock.nowMs;
    const statuses: number[] = [];
    for (const atMs of [0, 10_000, 20_000, 30_000, 59_999, 60_000, 60_001, 69_999, 70_000]) {
      clock.nowMs = startMs + atMs;
      statuses.push((await get(UNKNOWN)).status);
    }
    expect(statuses).toEqual([404, 404, 404, 404, 429, 404, 429, 429, 404]);
  });

  it('answers as recorded, without any timing', async () => {
    await using service = await simulate({ rate: { requests: 1, windowMs: 1000 } });
    await service.get(UNKNOWN);
    const { status, body, headers } = await service.get(UNKNOWN);
    expect([status, body, headers.get('retry-after')]).toEqual([429, EXCEEDED, null]);
  });

  it.each([
    ['seconds', '40'],
    ['date', 'Mon, 15 Jun 2026 12:01:00 GMT'],
  ] as const)('says when it moves if it is told to, in %s', async (retryAfter, value) => {
    await using service = await simulate({ ...windowOf4, retryAfter });
    const { clock, get } = service;
    for (let sent = 0; sent < 4; sent += 1) await get(UNKNOWN);
    clock.nowMs += 20_000;
    expect((await get(UNKNOWN)).headers.get('retry-after')).toBe(value);
  });

  it('is per key', async () => {
    await using service = await simulate({ rate: { requests: 1, windowMs: 1000 } });
    const other = client(service.simulator.url, 'another-key');
    expect([(await service.get(UNKNOWN)).status, (await other.get(UNKNOWN)).status]).toEqual([404, 404]);
    expect(service.simulator.maxInWindow()).toBe(1);
  });

  it('holds uploads and polls too, and refuses an upload without taking it in', async () => {
    await using service = await simulate({ rate: { requests: 2, windowMs: 60_000 } });
    const { get, upload, simulator } = service;
    const { id } = (await upload('first')).body.data;
    expect((await get(`/analyses/${id}`)).status).toBe(200);
    expect((await upload('second')).status).toBe(429);
    expect(simulator.uploads.length).toBe(1);
    expect(simulator.log.map(({ counted }) => counted)).toEqual([true, true, false]);
  });

  it('lets everything through when there is none, and still shows what the client did', async () => {
    await using service = await simulate({ rate: null });
    const { clock, get, simulator } = service;
    for (let sent = 0; sent < 6; sent += 1) {
      await get(UNKNOWN);
      clock.nowMs += 100;
    }
    expect([simulator.maxInWindow(), simulator.maxInWindow(300), simulator.maxInWindow(100)]).toEqual([6, 3, 1]);
  });

  it('never holds more than its requests, whatever arrives when', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 100 }),
        (gapsMs, requests, windowMs) => {
          const meter = createMeter({ rate: { requests, windowMs }, dailyLimit: 1e9, monthlyLimit: 1e9 });
          let now = 0;
          const refusedAt: number[] = [];
          for (const gapMs of gapsMs) {
            now += gapMs;
            if (meter.hasRoom(now)) meter.count(now);
            else refusedAt.push(now);
          }
          expect(largestWindow(meter.times, windowMs)).toBeLessThanOrEqual(requests);
          // Exact: nobody was refused while there was a place.
          for (const at of refusedAt) {
            expect(meter.times.filter((time) => time <= at && time > at - windowMs).length).toBe(requests);
          }
        },
      ),
    );
  });
});

describe('day and month', () => {
  it('end at 00:00 UTC and on the 1st', async () => {
    await using service = await simulate({ dailyLimit: 2, monthlyLimit: 3 });
    const { clock, get } = service;
    clock.nowMs = Date.UTC(2026, 5, 29, 23, 59, 59);
    expect([(await get(UNKNOWN)).status, (await get(UNKNOWN)).status]).toEqual([404, 404]);
    expect((await get(UNKNOWN)).body).toEqual(EXCEEDED);
    clock.nowMs += 1000;
    expect([(await get(UNKNOWN)).status, (await get(UNKNOWN)).status]).toEqual([404, 429]);
    clock.nowMs = Date.UTC(2026, 6, 1);
    expect((await get(UNKNOWN)).status).toBe(404);
  });

  it('tell in Retry-After when they reset', async () => {
    await using service = await simulate({ dailyLimit: 1, retryAfter: 'seconds' });
    await service.get(UNKNOWN);
    expect((await service.get(UNKNOWN)).headers.get('retry-after')).toBe(String(12 * 3600));
  });

  it('are not charged for the first upload of new bytes and for reading its report and analyses', async () => {
    await using service = await simulate({ dailyLimit: 0 });
    const { get, upload } = service;
    const { id } = (await upload('new')).body.data;
    expect((await get(`/analyses/${id}`)).status).toBe(200);
    expect((await get(`/analyses/${id}/item`)).status).toBe(200);
    expect((await get(`/files/${digest('sha256', 'new')}`)).status).toBe(200);
    expect((await get('/analyses/there-is-none')).status).toBe(404);
    expect(service.simulator.log.map(({ charged, counted }) => [charged, counted])).toEqual(
      Array.from({ length: 5 }, () => [false, true]),
    );
  });

  it('are charged to another key that reads what the first one brought', async () => {
    await using service = await simulate();
    const { id } = (await service.upload('new')).body.data;
    const other = client(service.simulator.url, 'another-key');
    await other.get(`/analyses/${id}`);
    await other.get(`/files/${digest('sha256', 'new')}`);
    expect(service.simulator.log.map(({ charged }) => charged)).toEqual([false, true, true]);
  });

  it('are charged for look-ups, rescans, upload URLs, URLs and known bytes', async () => {
    await using service = await simulate();
    const { clock, get, post, submitUrl, upload, simulator } = service;
    await upload('bytes');
    clock.nowMs += 5000;
    await get(UNKNOWN);
    await post(`/files/${digest('sha256', 'bytes')}/analyse`);
    clock.nowMs += 5000;
    await get('/files/upload_url');
    await submitUrl('http://example.com/');
    await upload('bytes');
    expect(simulator.log.map(({ charged }) => charged)).toEqual([false, true, true, true, true, true]);
  });

  it('refuse known bytes when they are used up, after the body has told that they are known', async () => {
    await using service = await simulate({ dailyLimit: 0 });
    const { clock, upload, simulator } = service;
    expect((await upload('bytes')).status).toBe(200);
    clock.nowMs += 5000;
    expect((await upload('bytes')).status).toBe(429);
    expect(simulator.uploads.map(({ accepted }) => accepted)).toEqual([true, false]);
  });
});

describe('the quota look-ups', () => {
  it('agree with what was charged, and cost nothing', async () => {
    await using service = await simulate({ rate: { requests: 2, windowMs: 60_000 } });
    const { get, simulator } = service;
    await get(UNKNOWN);
    await get(UNKNOWN);
    const quotas = await get(`/users/${KEY}/overall_quotas`);
    expect(quotas.body.data).toEqual({
      api_requests_hourly: { user: { allowed: 120, used: 2 } },
      api_requests_daily: { user: { allowed: 500, used: 2 } },
      api_requests_monthly: { user: { allowed: 15_500, used: 2 } },
    });
    const usage = await get(`/users/${KEY}/api_usage?start_date=20260601&end_date=20260630`);
    expect(usage.body.data).toEqual({ daily: { '2026-06-15': { files: 2 } }, total: { files: 2 } });
    expect((await get(`/users/${KEY}/api_usage?start_date=20260616`)).body.data).toEqual({ daily: {}, total: {} });
    expect((await get(`/users/${KEY}`)).body.data.attributes.quotas.api_requests_daily).toEqual({
      allowed: 500,
      used: 2,
    });
    expect(simulator.log.filter(({ counted }) => counted).length).toBe(2);
    expect(JSON.stringify(simulator.log)).not.toContain(KEY);
  });

  it('are refused for other users, and for keys that may not read them', async () => {
    await using service = await simulate();
    expect((await service.get('/users/somebody/overall_quotas')).status).toBe(403);
    await using restricted = await simulate({ quotasForbidden: true });
    expect((await restricted.get(`/users/${KEY}/overall_quotas`)).status).toBe(403);
  });
});
