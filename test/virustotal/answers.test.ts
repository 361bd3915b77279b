import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { toIso } from '../../src/domain/time.js';
import { always, startHttp } from '../support/http-server.js';
import { apiFailureOf, scannerAt, signal, uploadSource } from './support.js';

const SHA = 'a'.repeat(64);
const engine = (name: string, category = 'undetected', result: string | null = null) => ({
  category,
  engine_name: name,
  engine_version: '1',
  engine_update: '20260101',
  method: 'blacklist',
  result,
});
const report = (attributes: object, id: unknown = SHA) =>
  JSON.stringify({ data: { type: 'file', id, attributes: { last_analysis_date: 1_700_000_000, ...attributes } } });
const oneEngine = { last_analysis_results: { Avira: engine('Avira') } };

async function answering(body: string | Buffer, headers: Record<string, string> = {}) {
  const { url } = await startHttp(always(200, body, headers));
  return scannerAt(url);
}

describe('a 200 that is no answer', () => {
  it.each([
    ['an HTML page', '<html><title>Sign in to the network</title></html>'],
    ['invalid JSON', '{"data": {"id": undefined}}'],
    ['an empty body', ''],
    ['half a JSON', report(oneEngine).slice(0, 60)],
    ['another JSON', '[]'],
    ['null', 'null'],
    ['no data', '{}'],
    ['data of null', '{"data":null}'],
    ['an error in an envelope', '{"error":{"code":"NotFoundError","message":"x"}}'],
    ['no id', JSON.stringify({ data: { type: 'file', attributes: {} } })],
    ['an empty id', report({}, '')],
    ['counts that are no counts', report({ last_analysis_stats: { malicious: -1 } })],
    ['counts in halves', report({ last_analysis_stats: { undetected: 1.5 } })],
    ['results that are a list', report({ last_analysis_results: [1, 2] })],
    ['an engine without a category', report({ last_analysis_results: { Avira: { result: null } } })],
    ['a date that is text', report({ last_analysis_date: 'yesterday' })],
    ['a date that no calendar has', report({ last_analysis_date: Number.MAX_SAFE_INTEGER })],
  ])('(%s) is API_PROTOCOL: neither a report nor "unknown"', async (_what, body) => {
    const scanner = await answering(body);
    const error = await apiFailureOf(scanner.lookupFile(SHA, { signal }));
    expect(error).toMatchObject({ code: 'API_PROTOCOL', retryable: true });
  });

  it('shows the beginning of the body, without control characters', async () => {
    const scanner = await answering(`<html>\u001b[31mBlocked \u202e by policy${'x'.repeat(500)}`);
    const error = await apiFailureOf(scanner.lookupFile(SHA, { signal }));
    expect(error.message).toContain('<html>\\u{1b}[31mBlocked \\u{202e} by policy');
    expect(error.message.length).toBeLessThan(400);
  });

  it('to an upload leaves it open whether it arrived', async () => {
    for (const body of ['<html>', '', '{}', '{"data":{"type":"analysis"}}']) {
      const scanner = await answering(body);
      const error = await apiFailureOf(scanner.uploadFile(uploadSource(Buffer.from('x')), { signal }));
      expect(error).toMatchObject({ code: 'API_PROTOCOL', ambiguous: true });
    }
  });

  it('is the report of another file: a mixed-up cache must not clear this one', async () => {
    const scanner = await answering(report({ ...oneEngine, sha256: 'b'.repeat(64) }, 'b'.repeat(64)));
    expect(await apiFailureOf(scanner.lookupFile(SHA, { signal }))).toMatchObject({ code: 'API_PROTOCOL' });
    const md5 = await answering(report({ ...oneEngine, md5: 'd'.repeat(32) }));
    expect(await apiFailureOf(md5.lookupFile('c'.repeat(32), { signal }))).toMatchObject({ code: 'API_PROTOCOL' });
    expect(await md5.lookupFile('D'.repeat(32), { signal })).toMatchObject({ id: SHA });
    const url = await answering(JSON.stringify({ data: { type: 'url', id: SHA, attributes: {} } }));
    expect(await apiFailureOf(url.lookupFile(SHA, { signal }))).toMatchObject({ code: 'API_PROTOCOL' });
  });
});

describe('an odd answer that is one', () => {
  it('may be compressed or not, whatever was asked for', async () => {
    const scanner = await answering(gzipSync(report(oneEngine)), { 'content-encoding': 'gzip' });
    expect((await scanner.lookupFile(SHA, { signal }))?.stats.undetected).toBe(1);
  });

  it('may lack everything but ids: then nobody has an opinion', async () => {
    const scanner = await answering(JSON.stringify({ data: { type: 'file', id: SHA } }));
    expect(await scanner.lookupFile(SHA, { signal })).toMatchObject({ analysedAt: null, stats: { engines: 0 } });
  });

  it('may have a numeric id of an analysis', async () => {
    const scanner = await answering(JSON.stringify({ data: { type: 'analysis', id: 1_571_524_923 } }));
    expect(await scanner.rescanFile(SHA, { signal })).toEqual({ kind: 'accepted', analysisId: '1571524923' });
  });

  it('may be about nobody in particular: an analysis without meta and links', async () => {
    const attributes = { status: 'completed', date: 1, results: { Avira: engine('Avira') } };
    const scanner = await answering(JSON.stringify({ data: { type: 'analysis', id: 'x', attributes } }));
    expect(await scanner.getAnalysis('x', { signal })).toMatchObject({ kind: 'completed', scan: { id: '' } });
  });

  it('may have categories that nobody knows: they are no opinion', async () => {
    const scanner = await answering(report({ last_analysis_results: { Avira: engine('Avira', 'new-idea') } }));
    const scan = await scanner.lookupFile(SHA, { signal });
    expect(scan?.results[0]?.category).toBe('other');
    expect(scan?.stats).toMatchObject({ engines: 1, undetected: 0, malicious: 0 });
  });

  it('may have versions and updates that are null or no text', async () => {
    const odd = { ...engine('Avira', 'malicious', 'W32.X'), engine_version: null, engine_update: 7 };
    const scanner = await answering(report({ last_analysis_results: { Avira: odd } }));
    expect((await scanner.lookupFile(SHA, { signal }))?.results).toEqual([
      { engine: 'Avira', category: 'malicious', label: 'W32.X' },
    ]);
  });

  it('may have numbers above 2^53 where nobody looks', async () => {
    const body = report(oneEngine).replace(
      '"attributes":{',
      '"attributes":{"bundle_info":{"uncompressed_size":3.3e21},',
    );
    expect((await (await answering(body)).lookupFile(SHA, { signal }))?.stats.engines).toBe(1);
  });

  it('may have wrong texts in what only helps: they are dropped', async () => {
    const scanner = await answering(
      report({ ...oneEngine, tags: 'signed', reputation: 'good', times_submitted: -1, known_distributors: 7 }),
    );
    expect((await scanner.lookupFile(SHA, { signal }))?.facts).toEqual({});
  });

  it('may have a state that nobody knows: then the analysis still runs', async () => {
    const attributes = { status: 'thinking', date: 1, stats: {}, results: {} };
    const scanner = await answering(JSON.stringify({ data: { type: 'analysis', id: 'x', attributes } }));
    expect(await scanner.getAnalysis('x', { signal })).toEqual({ kind: 'pending', startedAt: 1000 });
  });

  it('may have the latest date that a calendar has', async () => {
    const scanner = await answering(report({ last_analysis_date: 8_640_000_000_000 }));
    const scan = await scanner.lookupFile(SHA, { signal });
    expect(toIso(scan!.analysedAt!)).toBe('+275760-09-13T00:00:00Z');
  });

  it('may have counts that differ from the engines: these are counted', async () => {
    const scanner = await answering(report({ ...oneEngine, last_analysis_stats: { undetected: 70, malicious: 3 } }));
    expect((await scanner.lookupFile(SHA, { signal }))?.stats).toMatchObject({ undetected: 1, malicious: 0 });
  });
});

describe('the address for an upload', () => {
  const urlAnswer = (data: unknown) => answering(JSON.stringify({ data }));

  it.each([
    'https://upload.example.org/_ah/upload/token/',
    'http://127.0.0.1.evil.example/_ah/upload/x',
    'http://127.0.0.1:1/_ah/upload/x',
    'gopher://127.0.0.1/x',
    '/_ah/upload/x',
    '',
    7,
    null,
    {},
  ])('%j is refused, and nothing is sent there', async (data) => {
    const scanner = await urlAnswer(data);
    const error = await apiFailureOf(scanner.createUploadUrl({ signal }));
    expect(error.code).toBe('API_PROTOCOL');
    expect(error.message).not.toContain('token');
  });

  it('keeps the protocol of the service, as its documentation shows http', async () => {
    let host = '';
    const server = await startHttp((request, response) => {
      host = request.headers.host ?? '';
      response.end(JSON.stringify({ data: `https://${host}/_ah/upload/token/` }));
    });
    expect(await scannerAt(server.url).createUploadUrl({ signal })).toBe(`http://${host}/_ah/upload/token/`);
  });

  it('of a protocol that cannot upload is refused on the own host too', async () => {
    const server = await startHttp((request, response) => {
      response.end(JSON.stringify({ data: `gopher://${request.headers.host}/token/` }));
    });
    expect((await apiFailureOf(scannerAt(server.url).createUploadUrl({ signal }))).code).toBe('API_PROTOCOL');
  });
});
