import { describe, expect, it } from 'vitest';
import { canonicalUrl } from '../../src/simulate/url-id.js';
import { digest, simulate } from './support.js';

const URL_TEXT = 'http://www.example.com/download/setup.exe';
const ID = digest('sha256', URL_TEXT);

describe('a URL', () => {
  it('is unknown until it is submitted, then analysed, under both forms of its id', async () => {
    await using service = await simulate();
    const { clock, get, submitUrl } = service;
    const unknown = await get(`/urls/${ID}`);
    expect([unknown.status, unknown.body.error.message]).toEqual([404, `URL "${ID}" not found`]);

    const { id } = (await submitUrl(URL_TEXT)).body.data;
    expect(id).toBe(`u-${ID}-${clock.nowMs / 1000}`);
    const queued = await get(`/analyses/${id}`);
    expect(queued.body.data.attributes.status).toBe('queued');
    expect(queued.body.data.attributes.stats).toEqual({
      malicious: 0,
      suspicious: 0,
      undetected: 0,
      harmless: 0,
      timeout: 0,
    });
    expect(queued.body.meta).toEqual({ url_info: { id: ID, url: URL_TEXT } });

    clock.nowMs += 1000;
    const encoded = Buffer.from(URL_TEXT).toString('base64url');
    for (const path of [`/urls/${ID}`, `/urls/${encoded}`, `/analyses/${id}/item`]) {
      const { data } = (await get(path)).body;
      expect([data.type, data.id, data.attributes.url]).toEqual(['url', ID, URL_TEXT]);
      expect(data.attributes.last_analysis_stats).toMatchObject({ malicious: 0, suspicious: 0, timeout: 0 });
      const { harmless, undetected } = data.attributes.last_analysis_stats;
      expect(harmless + undetected).toBe(97);
      expect(Object.keys(data.attributes.last_analysis_results.Sophos).toSorted()).toEqual([
        'category',
        'engine_name',
        'method',
        'result',
      ]);
    }
  });

  it('that is being analysed is not analysed twice', async () => {
    await using service = await simulate();
    const { clock, post, submitUrl } = service;
    const first = (await submitUrl(URL_TEXT)).body.data.id;
    clock.nowMs += 999;
    expect((await post(`/urls/${ID}/analyse`)).body.data.id).toBe(first);
    clock.nowMs += 1;
    expect((await post(`/urls/${ID}/analyse`)).body.data.id).not.toBe(first);
  });

  it('that is unknown cannot be analysed again', async () => {
    await using service = await simulate();
    expect((await service.post(`/urls/${ID}/analyse`)).status).toBe(404);
  });

  it.each([
    ['http://www.google.com', 'http://www.google.com/'],
    ['www.Google.com/a b', 'http://www.google.com/a%20b'],
    ['HTTPS://example.com:443/x?y=1#z', 'https://example.com/x?y=1#z'],
    ['ftp://example.com/', undefined],
    ['javascript:alert(1)', undefined],
    ['http://', undefined],
  ])('%s is canonically %s', (text, canonical) => {
    expect(canonicalUrl(text)).toBe(canonical);
  });

  it.each([
    ['without the field', { body: new URLSearchParams({ link: 'x' }) }, 400],
    ['that is none', { body: new URLSearchParams({ url: 'ftp://x' }) }, 400],
    ['as JSON', { headers: { 'content-type': 'application/json' }, body: '{"url":"http://x"}' }, 400],
    ['of endless length', { body: new URLSearchParams({ url: `http://x/${'a'.repeat(70_000)}` }) }, 413],
  ])('%s is refused', async (_, init, status) => {
    await using service = await simulate();
    expect((await service.post('/urls', init)).status).toBe(status);
  });
});
