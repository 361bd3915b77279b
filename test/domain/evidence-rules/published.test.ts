import { describe, expect, it } from 'vitest';
import { isStrongSupport } from '../../../src/domain/evidence-strength.js';
import type { PublishedHash } from '../../../src/domain/published-hash.js';
import { DIGEST, download, evidenceInput, evidenceOf, exampleProfile, outcomeOf } from './support.js';

const OTHER = 'b'.repeat(64);

const entry = (members: Partial<PublishedHash>): PublishedHash => ({
  algorithm: 'sha256',
  digest: DIGEST,
  source: 'SHA256SUMS',
  ...members,
});

const hashed = (published: readonly PublishedHash[], members = {}) =>
  evidenceInput({ names: ['setup.exe'], published, ...members });

describe('published hashes', () => {
  it('prove a content that is listed, under whatever name', () => {
    const [evidence] = evidenceOf('published-hash', hashed([entry({ name: 'other.exe' })]));
    expect(evidence).toMatchObject({ outcome: 'supports', detail: { algorithm: 'sha256', list: 'SHA256SUMS' } });
    expect(isStrongSupport(evidence!)).toBe(true);
  });

  it('contradict another content under a listed name, in any case', () => {
    const input = hashed([entry({ name: 'Setup.EXE', digest: OTHER })]);
    expect(evidenceOf('published-hash', input)[0]).toMatchObject({
      outcome: 'contradicts',
      detail: { expected: OTHER, digest: DIGEST },
    });
  });

  it('know that folders may hold files of one name', () => {
    const lists = [entry({ name: 'setup.exe', digest: OTHER }), entry({ name: 'setup.exe' })];
    expect(outcomeOf('published-hash', hashed(lists))).toBe('supports');
  });

  it('contradict a listed content under the name of another: an old release, renamed', () => {
    const lists = [entry({ name: 'setup-1.exe' }), entry({ name: 'setup.exe', digest: OTHER })];
    expect(outcomeOf('published-hash', hashed(lists))).toBe('contradicts');
  });

  it('in md5 or sha1 support without proving', () => {
    const digests = { md5: 'c'.repeat(32) };
    const input = hashed([entry({ algorithm: 'md5', digest: digests.md5 })], { digests });
    const [evidence] = evidenceOf('published-hash', input);
    expect(evidence?.outcome).toBe('supports');
    expect(isStrongSupport(evidence!)).toBe(false);
  });

  it('a md5 that fits does not help where the sha256 does not', () => {
    const digests = { sha256: DIGEST, md5: 'c'.repeat(32) };
    const lists = [entry({ algorithm: 'md5', digest: digests.md5 }), entry({ name: 'setup.exe', digest: OTHER })];
    expect(outcomeOf('published-hash', hashed(lists, { digests }))).toBe('contradicts');
  });

  it('in an algorithm that is not computed say nothing', () => {
    const input = hashed([entry({ name: 'setup.exe', algorithm: 'sha512', digest: 'd'.repeat(128) })]);
    expect(outcomeOf('published-hash', input)).toBe('silent: algorithm-not-computed');
  });

  it('say that a file is not listed, and nothing without a list', () => {
    expect(outcomeOf('published-hash', hashed([entry({ name: 'x', digest: OTHER })]))).toBe('silent: not-listed');
    expect(outcomeOf('published-hash', hashed([]))).toBeUndefined();
  });
});

describe('a download', () => {
  const url = 'https://download.example.com/setup.exe';

  it('that equals a published hash is proof', () => {
    const [evidence] = evidenceOf(
      'download-match',
      evidenceInput({ downloads: [download()], published: [entry({ url })] }),
    );
    expect(evidence).toMatchObject({ outcome: 'supports', detail: { against: 'published-hash' } });
    expect(isStrongSupport(evidence!)).toBe(true);
  });

  it('of another content than is published for its URL contradicts, by first, middle or last URL', () => {
    const published = [entry({ url, digest: OTHER })];
    for (const facts of [
      download(),
      download({
        requestedUrl: 'https://example.com/latest',
        redirects: [{ url, status: 302 }],
        finalUrl: 'https://cdn.example/x',
      }),
      download({ requestedUrl: 'https://example.com/latest' }),
    ]) {
      expect(outcomeOf('download-match', evidenceInput({ downloads: [facts], published }))).toBe('contradicts');
    }
  });

  it('that equals the local file supports without proving', () => {
    const [evidence] = evidenceOf('download-match', evidenceInput({ downloads: [download()] }));
    expect(evidence).toMatchObject({ outcome: 'supports', detail: { against: 'local-file' } });
    expect(isStrongSupport(evidence!)).toBe(false);
  });

  it('with nothing to compare is silent', () => {
    const input = evidenceInput({ downloads: [download()], isLocal: false });
    expect(outcomeOf('download-match', input)).toBe('silent: nothing-to-compare');
  });

  it('from the publisher’s host over verified TLS supports', () => {
    const profile = exampleProfile({ hosts: ['download.example.com', 'my.example.com'] });
    const outcome = (facts: object) =>
      outcomeOf('download-host', evidenceInput({ profile, downloads: [download(facts)] }));
    expect(outcome({})).toBe('supports');
    expect(outcome({ requestedUrl: 'https://MY.example.com./Home' })).toBe('supports');
    expect(outcome({ tls: false })).toBe('silent: not-encrypted');
    expect(outcome({ finalUrl: 'https://evil.example/setup.exe' })).toBe('silent: other-host');
    expect(outcome({ requestedUrl: 'https://download.example.com.evil.example/a' })).toBe('silent: other-host');
    expect(outcome({ requestedUrl: 'https://download.example.com@evil.example/a' })).toBe('silent: other-host');
    expect(outcome({ requestedUrl: 'not a url' })).toBe('silent: other-host');
  });
});
