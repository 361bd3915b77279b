import { describe, expect, it } from 'vitest';
import { countOpinions, NO_STATS, type Scan } from '../../src/domain/scan.js';
import { ApiError } from '../../src/errors.js';
import { limitsFrom } from '../../src/pipeline/limits.js';
import type { AnalysisOutcome, Scanner } from '../../src/ports.js';
import { DIRECT_UPLOAD_LIMIT_BYTES, UPLOAD_LIMIT_BYTES } from '../../src/virustotal/limits.js';
import { parseRate } from '../../src/domain/rate.js';
import { MemoryService, type MemoryServiceOptions } from '../support/memory-service.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { fileTarget, memoryStore, playCheck, shaOf, type Play } from './play.js';

/** A service in memory, some of whose methods a test replaces, and the real pipeline before it. */
async function scene(options: Partial<MemoryServiceOptions> = {}) {
  const clock = new VirtualClock();
  const service = new MemoryService({ clock, ...options });
  const store = await memoryStore(clock);
  const run = (names: readonly string[], play: Partial<Play> = {}) =>
    clock.run(playCheck({ targets: names.map((name) => fileTarget(name)), scanner: service, store, clock, ...play }));
  const calls = (method: keyof Scanner): number => service.calls.filter((call) => call.method === method).length;
  return { clock, service, store, run, calls };
}

const minutes = (from: number, to: number): number => (to - from) / 60_000;
const quotaExceeded = () => new ApiError('API_RATE_LIMITED', 'quota exceeded', { status: 429 });

/** Throws what `failures` says for the first calls of a method, then does what it always does. */
function failing<K extends keyof Scanner>(service: MemoryService, method: K, failures: readonly Error[]): void {
  const original = service[method].bind(service) as (...args: unknown[]) => Promise<unknown>;
  let count = 0;
  (service as unknown as Record<string, unknown>)[method] = async (...args: unknown[]) => {
    const failure = failures[count++];
    if (failure !== undefined) throw failure;
    return original(...args);
  };
}

describe('six unknown files at four a minute', () => {
  it('cost 18 requests and 4.5 minutes, and all get a verdict (others: 36 requests, 12 minutes, files lost)', async () => {
    const { run, clock, service } = await scene({ analysisMs: () => 60_000, rate: { requests: 4, windowMs: 60_000 } });
    const start = clock.now();
    const { artifacts, requests } = await run(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(artifacts.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 6 }, () => 'clean'));
    expect(requests.total).toBe(18);
    expect(service.refused).toBe(0);
    expect(minutes(start, clock.now())).toBeLessThanOrEqual(4.5);
  });

  it('known ones all get their report: no refusal costs a result (lesson: four of six, exit 1)', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { run } = await scene({ known: names.map(shaOf), rate: { requests: 4, windowMs: 60_000 } });
    const { artifacts, exitCode } = await run(names);
    expect(artifacts.filter(({ verdict }) => verdict === 'clean')).toHaveLength(6);
    expect(exitCode).toBe(0);
  });
});

describe('lessons of other clients', () => {
  it('1: an error that may pass is tried again, and one that stays is in the document and the exit status', async () => {
    const { run, service } = await scene({ known: [shaOf('a'), shaOf('b')] });
    const transient = new ApiError('API_UNAVAILABLE', 'TransientError', { status: 503 });
    failing(service, 'lookupFile', [transient, transient]);
    expect((await run(['a'])).exitCode).toBe(0);
    failing(
      service,
      'lookupFile',
      Array.from({ length: 99 }, () => transient),
    );
    const { exitCode, artifacts } = await run(['b']);
    expect(exitCode).toBe(3);
    expect(artifacts[0]?.error?.code).toBe('API_UNAVAILABLE');
  });

  it('2: a 429 while waiting does not lose the paid upload', async () => {
    const { run, service, calls } = await scene();
    failing(service, 'getAnalysis', [quotaExceeded()]);
    const { artifacts, requests } = await run(['a']);
    expect(artifacts[0]).toMatchObject({ verdict: 'clean', source: 'upload' });
    expect(requests.refused).toBe(1);
    expect(calls('uploadFile')).toBe(1);
  });

  it('2: an analysis that never ends does not hold the run past its time limit, and is kept for the next', async () => {
    const { run, clock, calls } = await scene({ analysisMs: () => 3_600_000 });
    const start = clock.now();
    const { artifacts, exitCode } = await run(['a'], { timeoutMs: 300_000 });
    expect(artifacts[0]).toMatchObject({ verdict: 'undecided', reasons: [{ code: 'analysis-running' }] });
    expect(exitCode).toBe(3);
    expect(minutes(start, clock.now())).toBeLessThanOrEqual(5);
    expect((await run(['a'])).artifacts[0]?.verdict).toBe('clean');
    expect(calls('uploadFile')).toBe(1);
  });

  it('3: the upload URL of a large file takes a place of its own', async () => {
    const { clock, service, store } = await scene({ rate: { requests: 1, windowMs: 60_000 } });
    const work = playCheck({
      targets: [fileTarget('large')],
      scanner: service,
      store,
      clock,
      rate: { requests: 1, windowMs: 60_000 },
      resolve: { directUploadLimitBytes: 10 },
    });
    const { requests } = await clock.run(work);
    expect(service.refused).toBe(0);
    expect(requests).toMatchObject({ total: 4, other: 1, uploads: 1 });
  });

  it('3: the first error does not take the results of the others along', async () => {
    const { run, service } = await scene({ known: ['a', 'b', 'c'].map(shaOf) });
    failing(service, 'lookupFile', [new ApiError('API_BAD_REQUEST', 'malformed', { status: 400 })]);
    const { artifacts } = await run(['a', 'b', 'c']);
    expect(artifacts.map(({ verdict }) => verdict).toSorted()).toEqual(['clean', 'clean', 'undecided']);
  });

  it('4: two setup.exe in different folders are two artifacts', async () => {
    const { clock, service, store } = await scene({ flaggedBy: (id) => (id === shaOf('bad') ? ['Bkav'] : []) });
    const targets = [fileTarget('x64/setup.exe', 'good'), fileTarget('x86/setup.exe', 'bad')];
    const { artifacts } = await clock.run(playCheck({ targets, scanner: service, store, clock }));
    expect(artifacts.map(({ name, paths, verdict }) => [name, paths[0], verdict]).toSorted()).toEqual([
      ['setup.exe', 'x64/setup.exe', 'clean'],
      ['setup.exe', 'x86/setup.exe', 'unproven'],
    ]);
  });

  it('5: the month’s count begins anew on the 1st, the day’s at 00:00 UTC', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 5, 30, 23, 59));
    const ledger = (await memoryStore(clock)).ledgerOf('key');
    const limits = { rate: { requests: 9, windowMs: 1 }, daily: 1, monthly: 1 };
    const reserve = (subject: string) => ledger.reserve({ kind: 'lookup', subject, charged: true }, limits);
    const first = await reserve('a');
    if (first.kind !== 'granted') return expect.fail(first.kind);
    await ledger.finish(first.id, { endedAt: clock.now(), status: 200 });
    clock.pass(1000);
    expect(await reserve('b')).toEqual({ kind: 'exhausted', window: 'month', until: Date.UTC(2026, 6, 1) });
    clock.pass(60_000);
    expect(await reserve('b')).toMatchObject({ kind: 'granted' });
  });

  it('5: a refusal is waited out for a whole window, not for 2, 4 and 8 seconds', async () => {
    const { run, clock, service } = await scene({ known: [shaOf('a')] });
    failing(service, 'lookupFile', [quotaExceeded()]);
    const start = clock.now();
    expect((await run(['a'])).artifacts[0]?.verdict).toBe('clean');
    expect(clock.now() - start).toBeGreaterThanOrEqual(60_000);
  });

  it('6: every request is counted, also those that end in 404 or 429, and neither ends the run', async () => {
    const { run, service, store } = await scene({ known: [shaOf('b')] });
    failing(service, 'lookupFile', [quotaExceeded()]);
    const { artifacts, requests } = await run(['a', 'b'], { maySubmit: false });
    expect(artifacts.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['a', 'undecided'],
      ['b', 'clean'],
    ]);
    expect(requests.total).toBe(3);
    expect((await store.ledgerOf('key').usage({ rate: { requests: 4, windowMs: 60_000 } })).total).toBe(3);
  });

  it('7: four a minute are four a minute', () => {
    expect(parseRate('4/min')).toEqual({ requests: 4, windowMs: 60_000 });
    expect(limitsFrom({ hourly: { allowed: 240, used: 0 } }).rate).toEqual({ requests: 4, windowMs: 60_000 });
    expect(limitsFrom(null).rate).toEqual({ requests: 4, windowMs: 60_000 });
  });

  it('8: an answer older than --max-age is asked for again, a younger one is not', async () => {
    const { run, clock, calls } = await scene({ known: [shaOf('a')] });
    await run(['a']);
    clock.pass(86_400_000 - 1);
    expect((await run(['a'])).requests.total).toBe(0);
    clock.pass(2);
    expect((await run(['a'])).requests.total).toBe(1);
    expect(calls('lookupFile')).toBe(2);
  });

  it('9: retries are counted for each artifact and never use up those of the others', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `f${index}`);
    const { run, service } = await scene({ known: names.map(shaOf) });
    const original = service.lookupFile.bind(service);
    const tried = new Set<string>();
    service.lookupFile = async (digest, options) => {
      if (tried.has(digest)) return original(digest, options);
      tried.add(digest);
      throw new ApiError('API_UNAVAILABLE', 'once for each', { status: 503 });
    };
    const { artifacts } = await run(names);
    expect(artifacts.filter(({ verdict }) => verdict === 'clean')).toHaveLength(12);
  });

  it('10: a poll that fails counts as one, and polls come seldom: no loop, no poll a second', async () => {
    const { run, service, calls } = await scene({ analysisMs: () => 20 * 60_000 });
    await run(['a']);
    expect(calls('getAnalysis')).toBeLessThanOrEqual(9);
    failing(
      service,
      'getAnalysis',
      Array.from({ length: 99 }, () => new ApiError('API_PROTOCOL', 'HTML')),
    );
    const { artifacts } = await run(['b']);
    expect(artifacts[0]?.error?.code).toBe('API_PROTOCOL');
  });

  it('11: 32 MB are megabytes: the upload URL comes in between 30 and 32 million bytes, the end at 650', () => {
    expect(DIRECT_UPLOAD_LIMIT_BYTES).toBeGreaterThan(30_000_000);
    expect(DIRECT_UPLOAD_LIMIT_BYTES).toBeLessThanOrEqual(32_000_000);
    expect(UPLOAD_LIMIT_BYTES).toBe(650_000_000);
  });

  it('13: a known file that is flagged is reported, not skipped because it is known', async () => {
    const { run } = await scene({ known: [shaOf('a')], flaggedBy: () => ['Bkav', 'Avira'] });
    const first = await run(['a']);
    const again = await run(['a']);
    for (const { exitCode, artifacts } of [first, again]) {
      expect(exitCode).toBe(1);
      expect(artifacts[0]?.detections).toHaveLength(2);
    }
    expect(again.artifacts[0]?.source).toBe('cache');
  });

  it('14: zero statistics right after an upload are not clean', async () => {
    const { run, service, calls } = await scene({ analysisMs: () => 600_000 });
    // Somebody else has just submitted it: it is listed, with zeros.
    await service.uploadFile({ sha256: shaOf('a') }, { signal: new AbortController().signal });
    const waiting = await run(['a'], { resolve: { wait: false } });
    expect(waiting.artifacts[0]?.verdict).toBe('undecided');
    const { artifacts } = await run(['a']);
    expect(artifacts[0]).toMatchObject({ verdict: 'clean', stats: { undetected: 60 } });
    expect(calls('uploadFile')).toBe(1);
  });

  it('14: a finished analysis in which no engine answered is undecided', async () => {
    const { run, service } = await scene();
    const nothing: Scan = { kind: 'file', id: shaOf('a'), analysedAt: 1, results: [], stats: NO_STATS, facts: {} };
    service.getAnalysis = async (): Promise<AnalysisOutcome> => ({ kind: 'completed', scan: nothing });
    const { artifacts, exitCode } = await run(['a'], { timeoutMs: 3_600_000 });
    expect(artifacts[0]?.verdict).toBe('undecided');
    expect(exitCode).toBe(3);
  });

  it('14: the analysis of something else is no answer', async () => {
    const { run, service } = await scene({ known: [shaOf('other')] });
    const other = await service.lookupFile(shaOf('other'), { signal: new AbortController().signal });
    service.getAnalysis = async () => ({ kind: 'completed', scan: other! });
    const { artifacts } = await run(['a'], { timeoutMs: 3_600_000 });
    expect(artifacts[0]?.verdict).toBe('undecided');
    expect(artifacts[0]?.error?.code).toBe('API_PROTOCOL');
  });

  it('15: targets that overlap cost nothing twice, and a 409 is waited for', async () => {
    const { clock, service, store, calls } = await scene();
    const targets = [fileTarget('a'), fileTarget('a'), fileTarget('copy', 'a'), fileTarget('other/copy', 'a')];
    const { artifacts, requests } = await clock.run(playCheck({ targets, scanner: service, store, clock }));
    expect(artifacts).toHaveLength(1);
    expect(artifacts[0]?.paths).toEqual(['a', 'copy', 'other/copy']);
    expect(requests.total).toBe(3);
    // Uploaded by somebody else between our look-up and our upload.
    const report = service.lookupFile.bind(service);
    const answers = [null];
    service.lookupFile = async (...asked) => (answers.length > 0 ? answers.pop()! : report(...asked));
    await service.uploadFile({ sha256: shaOf('b') }, { signal: new AbortController().signal });
    const uploads = calls('uploadFile');
    const document = await clock.run(playCheck({ targets: [fileTarget('b')], scanner: service, store, clock }));
    expect(document.artifacts[0]?.verdict).toBe('clean');
    expect(calls('uploadFile')).toBe(uploads + 1);
  });

  it('16: a refusal without an exhausted quota is waited for, one with it ends with the time of the reset', async () => {
    const { run, service } = await scene({ known: [shaOf('a'), shaOf('b')] });
    failing(service, 'lookupFile', [quotaExceeded(), quotaExceeded(), quotaExceeded()]);
    expect((await run(['a'])).artifacts[0]?.verdict).toBe('clean');
    service.getQuotas = async () => ({ daily: { allowed: 500, used: 500 } });
    failing(service, 'lookupFile', Array.from({ length: 99 }, quotaExceeded));
    const { artifacts } = await run(['b']);
    expect(artifacts[0]?.reasons[0]).toEqual({ code: 'quota-day', args: { until: '2026-06-16T00:00:00Z' } });
  });

  it('17: time-outs, failures and unsupported types are not in the denominator', () => {
    const silent = { timeout: 3, confirmedTimeout: 4, failure: 5, typeUnsupported: 6 };
    const stats = { ...NO_STATS, ...silent, malicious: 1, undetected: 9, engines: 28 };
    expect(countOpinions('file', stats)).toBe(10);
    // Of a URL "undetected" means "unrated".
    expect(countOpinions('url', { ...stats, harmless: 7 })).toBe(8);
  });

  it('18: a second try of a large upload takes a new upload URL', async () => {
    const { service, run, calls } = await scene();
    failing(service, 'uploadFile', [new ApiError('API_UNAVAILABLE', 'try later', { status: 424 })]);
    const { artifacts } = await run(['a'], { resolve: { directUploadLimitBytes: 10 } });
    expect(artifacts[0]?.verdict).toBe('clean');
    expect(calls('createUploadUrl')).toBe(2);
  });
});
