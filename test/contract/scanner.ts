import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../src/domain/artifact.js';
import { countOpinions } from '../../src/domain/scan.js';
import { ApiError, InterruptedError } from '../../src/errors.js';
import type { Scanner, UploadSource } from '../../src/ports.js';
import { programBytes } from '../support/programs.js';
import { tempFolder } from '../support/temp.js';

/** How long an analysis takes at every service under test, by the service's own clock. */
export const ANALYSIS_MS = 1000;

export interface ScannerUnderTest {
  readonly scanner: Scanner;
  /** Lets time pass for the service. */
  pass(durationMs: number): void;
}

export interface ScannerWorld {
  /** sha256 of a file that the service knows from the start, analysed an hour ago or longer. */
  readonly known: string;
}

/** What everything behind the `Scanner` port must do. `open` ends what it starts with the test. */
export function scannerContract(name: string, open: (world: ScannerWorld) => Promise<ScannerUnderTest>): void {
  const known = createHash('sha256').update('known from the start').digest('hex');
  const { signal } = new AbortController();
  const url = 'https://downloads.example.com/setup.exe';
  const start = () => open({ known });
  const source = (seed: string): UploadSource => {
    const bytes = programBytes(seed);
    const path = join(tempFolder(), 'program.exe');
    writeFileSync(path, bytes);
    return {
      path,
      name: 'program.exe',
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex') as Sha256,
    };
  };
  const accepted = async (submission: ReturnType<Scanner['uploadFile']>): Promise<string> => {
    const outcome = await submission;
    if (outcome.kind !== 'accepted') throw new Error(`expected accepted, got ${outcome.kind}`);
    return outcome.analysisId;
  };

  describe(`${name} and files`, () => {
    it('gives the report of a known one, by any spelling of its digest', async () => {
      const { scanner } = await start();
      const scan = await scanner.lookupFile(known, { signal });
      expect(scan).toMatchObject({ kind: 'file', id: known });
      expect(scan?.analysedAt).toBeTypeOf('number');
      expect(countOpinions('file', scan!.stats)).toBeGreaterThan(20);
      expect(await scanner.lookupFile(known.toUpperCase(), { signal })).toEqual(scan);
    });

    it('says null of one that the service has never seen', async () => {
      const { scanner } = await start();
      expect(await scanner.lookupFile('0'.repeat(64), { signal })).toBeNull();
    });

    it('takes an upload, shows its analysis pending, then completed with the opinions of the engines', async () => {
      const { scanner, pass } = await start();
      const file = source('upload');
      const analysisId = await accepted(scanner.uploadFile(file, { signal }));
      expect(await scanner.getAnalysis(analysisId, { signal })).toMatchObject({ kind: 'pending' });
      pass(ANALYSIS_MS);
      const outcome = await scanner.getAnalysis(analysisId, { signal });
      if (outcome.kind !== 'completed') return expect.fail(outcome.kind);
      expect(outcome.scan).toMatchObject({ kind: 'file', id: file.sha256 });
      expect(countOpinions('file', outcome.scan.stats)).toBeGreaterThan(20);
      expect((await scanner.lookupFile(file.sha256, { signal }))?.stats).toEqual(outcome.scan.stats);
    });

    it('lists a fresh upload without any opinion: zeros, and never analysed or analysed by nobody', async () => {
      const { scanner } = await start();
      const file = source('fresh');
      await scanner.uploadFile(file, { signal });
      const listed = await scanner.lookupFile(file.sha256, { signal });
      expect(listed?.stats.engines).toBe(0);
      expect(listed?.results).toEqual([]);
    });

    it('says that the same bytes are being analysed already', async () => {
      const { scanner } = await start();
      const file = source('twice');
      await scanner.uploadFile(file, { signal });
      expect(await scanner.uploadFile(file, { signal })).toEqual({ kind: 'already-running' });
      expect(await scanner.rescanFile(file.sha256, { signal })).toEqual({ kind: 'already-running' });
    });

    it('takes an upload at an upload address once', async () => {
      const { scanner } = await start();
      const uploadUrl = await scanner.createUploadUrl({ signal });
      expect((await scanner.uploadFile(source('large'), { signal, uploadUrl })).kind).toBe('accepted');
      const again = await scanner.uploadFile(source('other'), { signal, uploadUrl }).catch((error: unknown) => error);
      expect(again).toBeInstanceOf(ApiError);
    });

    it('analyses a known one afresh, with a later time', async () => {
      const { scanner, pass } = await start();
      const before = await scanner.lookupFile(known, { signal });
      const analysisId = await accepted(scanner.rescanFile(known, { signal }));
      pass(ANALYSIS_MS);
      const outcome = await scanner.getAnalysis(analysisId, { signal });
      if (outcome.kind !== 'completed') return expect.fail(outcome.kind);
      expect(outcome.scan.analysedAt).toBeGreaterThan(before!.analysedAt!);
    });

    it('says unknown of an analysis that does not exist', async () => {
      const { scanner } = await start();
      expect(await scanner.getAnalysis('bm90aGluZw==', { signal })).toEqual({ kind: 'unknown' });
    });
  });

  describe(`${name} and URLs`, () => {
    it('knows one only after it was submitted, and its report when the analysis is done', async () => {
      const { scanner, pass } = await start();
      expect(await scanner.lookupUrl(url, { signal })).toBeNull();
      const analysisId = await accepted(scanner.submitUrl(url, { signal }));
      pass(ANALYSIS_MS);
      const outcome = await scanner.getAnalysis(analysisId, { signal });
      if (outcome.kind !== 'completed') return expect.fail(outcome.kind);
      expect(outcome.scan.kind).toBe('url');
      const report = await scanner.lookupUrl(url, { signal });
      expect(report).toMatchObject({ kind: 'url', stats: outcome.scan.stats });
      expect(countOpinions('url', report!.stats)).toBeGreaterThan(10);
    });

    it('analyses a known one afresh', async () => {
      const { scanner, pass } = await start();
      await scanner.submitUrl(url, { signal });
      pass(ANALYSIS_MS * 2);
      expect((await scanner.rescanUrl(url, { signal })).kind).toBe('accepted');
    });
  });

  describe(`${name} in general`, () => {
    it('tells its own accounting', async () => {
      const { scanner } = await start();
      const quotas = await scanner.getQuotas({ signal });
      expect(quotas?.daily?.allowed).toBeGreaterThan(0);
      expect(quotas?.daily?.used).toBeGreaterThanOrEqual(0);
    });

    it('stops at once when interrupted', async () => {
      const { scanner } = await start();
      const abort = AbortSignal.abort();
      await expect(scanner.lookupFile(known, { signal: abort })).rejects.toBeInstanceOf(InterruptedError);
    });
  });
}
