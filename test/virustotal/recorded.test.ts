import { describe, expect, it } from 'vitest';
import { countOpinions } from '../../src/domain/scan.js';
import { toIso } from '../../src/domain/time.js';
import { always, startHttp } from '../support/http-server.js';
import {
  CLEAN_REPORTS,
  FALSE_POSITIVE_REPORTS,
  MALWARE_REPORTS,
  readRecorded,
  RECORDED,
  recordedScan,
  recordedScans,
} from '../support/recorded.js';
import { toAnalysis, toAnalysisId, toQuotas, toScan } from '../../src/virustotal/map.js';
import { apiFailureOf, scannerAt, signal, uploadSource } from './support.js';

const statusOf = (name: string): number => Number(/^error-(\d+)/.exec(name)?.[1] ?? 200);

async function serving(name: string) {
  const { url } = await startHttp(always(statusOf(name), JSON.stringify(readRecorded(name))));
  return scannerAt(url);
}

const REPORTS = RECORDED.filter((name) => /^(file|url|domain|ip)-(report|object|list)-/.test(name));

describe('recorded answers', () => {
  it('are all spoken for by a test below', () => {
    const spokenFor = /^(file|url|domain|ip)-(report|object|list)-|^(analysis|submission|error|quotas|relationship)-/;
    expect(RECORDED.length).toBeGreaterThan(40);
    expect(RECORDED.filter((name) => !spokenFor.test(name))).toEqual([]);
  });

  it.each(REPORTS)('%s is a scan: dates a calendar has, engines that add up', (name) => {
    for (const scan of recordedScans(name)) {
      expect(scan.id).not.toBe('');
      if (scan.analysedAt !== null) expect(toIso(scan.analysedAt)).toMatch(/^20[0-9]{2}-/);
      expect(scan.results.length === 0 || scan.results.length === scan.stats.engines).toBe(true);
      expect(scan.results.filter(({ category }) => category === 'other')).toEqual([]);
    }
  });

  it.each(MALWARE_REPORTS)('%s is flagged, each detection with its label', (name) => {
    const scan = recordedScan(name);
    const flagged = scan.results.filter(({ category }) => category === 'malicious');
    expect(flagged.length).toBeGreaterThan(10);
    expect(flagged.filter(({ label }) => label === null || label === '')).toEqual([]);
    expect(scan.stats.malicious).toBe(flagged.length);
  });

  it.each(CLEAN_REPORTS)('%s is flagged by nobody, and many had an opinion', (name) => {
    const scan = recordedScan(name);
    expect(scan.stats.malicious + scan.stats.suspicious).toBe(0);
    expect(countOpinions('file', scan.stats)).toBeGreaterThan(40);
  });

  it.each(FALSE_POSITIVE_REPORTS)('%s has few detections', (name) => {
    const { malicious } = recordedScan(name).stats;
    expect(malicious).toBeGreaterThan(0);
    expect(malicious).toBeLessThan(10);
  });

  it('count the engines and not the service’s own figures, which are one off in some', () => {
    for (const name of ['domain-report-malicious-2022-stats-mismatch.json', 'ip-report-2022-stats-mismatch.json']) {
      const { data } = readRecorded(name) as {
        data: { attributes: { last_analysis_stats: { harmless: number }; last_analysis_results: object } };
      };
      const scan = recordedScan(name);
      expect(scan.stats.harmless).toBe(data.attributes.last_analysis_stats.harmless - 1);
      expect(scan.stats.engines).toBe(Object.keys(data.attributes.last_analysis_results).length);
    }
  });

  it('of 2019 lack confirmed-timeout, which is then none', () => {
    expect(recordedScan('file-report-malicious-2019-old-stats.json').stats.confirmedTimeout).toBe(0);
  });

  it('keep time-outs, failures and unsupported types apart from opinions', () => {
    const { stats } = recordedScan('file-report-malicious-2021-confirmed-timeout.json');
    expect(stats.confirmedTimeout + stats.timeout).toBeGreaterThan(0);
    expect(countOpinions('file', stats)).toBe(stats.malicious + stats.suspicious + stats.undetected + stats.harmless);
    expect(countOpinions('file', stats)).toBeLessThan(stats.engines);
    expect(recordedScan('file-report-clean-jar-two-failures.json').stats.failure).toBe(2);
  });

  it('of a domain that nobody analysed have no date and no opinion', () => {
    expect(recordedScan('domain-report-github-2019-no-analysis.json')).toMatchObject({
      analysedAt: null,
      stats: { engines: 0 },
    });
  });

  it('of an unsigned file have signature texts all the same, and no signature', () => {
    const { facts } = recordedScan('file-report-clean-pedll-unsigned-with-signature-info.json');
    expect(facts.signature).toBeDefined();
    expect(facts.signature?.verified).toBeUndefined();
  });

  it('of a known distributor say so', () => {
    const { facts } = recordedScan('file-report-fp1-known-distributor-peexe.json');
    expect(facts.knownDistributors?.distributors.length).toBeGreaterThan(0);
  });
});

describe('recorded analyses', () => {
  it.each(RECORDED.filter((name) => name.startsWith('analysis-completed-')))('%s is done', (name) => {
    const outcome = toAnalysis(readRecorded(name));
    if (outcome.kind !== 'completed') return expect.fail(outcome.kind);
    expect(outcome.scan.results.length).toBeGreaterThan(40);
  });

  it('that are queued are pending: their zeros are not "clean"', () => {
    expect(toAnalysis(readRecorded('analysis-queued-file-2025.json')).kind).toBe('pending');
  });

  it('of private scanning have no engines, and are never taken for their answer', () => {
    expect(toAnalysis(readRecorded('analysis-private-completed-url-2025.json')).kind).toBe('pending');
  });

  it('in a list each parse', () => {
    const { data } = readRecorded('analysis-list-of-url-2019.json') as { data: readonly unknown[] };
    expect(data.length).toBeGreaterThan(0);
    for (const one of data) expect(toAnalysis({ data: one }).kind).toBe('completed');
  });
});

describe('recorded submissions', () => {
  it.each(RECORDED.filter((name) => /^submission-(?!upload-url)/.test(name)))('%s has an analysis id', async (name) => {
    const id = toAnalysisId(readRecorded(name));
    expect(id).toMatch(/^[\w=+/-]+$/);
    const scanner = await serving(name);
    expect(await scanner.uploadFile(uploadSource(Buffer.from('x')), { signal })).toEqual({
      kind: 'accepted',
      analysisId: id,
    });
  });

  it('of an upload URL name the service’s own host: refused on any other', async () => {
    const scanner = await serving('submission-upload-url-2019.json');
    expect((await apiFailureOf(scanner.createUploadUrl({ signal }))).message).toMatch(/not on its own host/);
  });
});

describe('recorded refusals', () => {
  it('401 is API_AUTH', async () => {
    const scanner = await serving('error-401-wrong-credentials.json');
    const error = await apiFailureOf(scanner.lookupFile('a'.repeat(64), { signal }));
    expect(error).toMatchObject({ code: 'API_AUTH', serviceCode: 'WrongCredentialsError' });
  });

  it('404 is "unknown"', async () => {
    const scanner = await serving('error-404-file-not-found-2020.json');
    expect(await scanner.lookupFile('a'.repeat(64), { signal })).toBeNull();
  });

  it('429 is API_RATE_LIMITED, without any timing', async () => {
    const scanner = await serving('error-429-quota-exceeded.json');
    const error = await apiFailureOf(scanner.lookupFile('a'.repeat(64), { signal }));
    expect(error).toMatchObject({ code: 'API_RATE_LIMITED', serviceCode: 'QuotaExceededError' });
    expect(error.retryAfterMs).toBeUndefined();
  });
});

describe('recorded oddities', () => {
  it('figures of user and group: the pool with less left counts', () => {
    const { VirusTotal: context } = readRecorded('quotas-overall-group-inherited-xsoar-context.json') as {
      VirusTotal: { QuotaLimits: object };
    };
    expect(toQuotas({ data: context.QuotaLimits })).toEqual({
      hourly: { allowed: 1_800_000, used: 8712 },
      daily: { allowed: 1000, used: 74 },
      monthly: { allowed: 1_000_000_000, used: 13_551_234 },
    });
  });

  it.each(RECORDED.filter((name) => name.startsWith('relationship-')))('%s is no report of a file', async (name) => {
    const scanner = await serving(name);
    const error = await apiFailureOf(scanner.lookupFile('a'.repeat(64), { signal }));
    expect(error.code).toBe('API_PROTOCOL');
  });

  it('an object without its envelope is no answer to a look-up, though its content is a scan', async () => {
    const name = 'file-object-malicious-2021-no-envelope.json';
    expect(toScan(readRecorded(name), name).stats.malicious).toBeGreaterThan(10);
    const error = await apiFailureOf((await serving(name)).lookupFile('a'.repeat(64), { signal }));
    expect(error.code).toBe('API_PROTOCOL');
  });
});
