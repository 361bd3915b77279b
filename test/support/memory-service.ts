import { createHash } from 'node:crypto';
import { countResults, NO_STATS, type EngineResult, type Scan } from '../../src/domain/scan.js';
import type { Rate } from '../../src/domain/rate.js';
import { ApiError, InterruptedError } from '../../src/errors.js';
import type { AnalysisOutcome, Clock, Scanner, SubmitOutcome } from '../../src/ports.js';

export interface MemoryServiceOptions {
  readonly clock: Clock;
  /** sha256 of files and URLs known from the start. */
  readonly known?: readonly string[];
  /** What flags an artifact, by its id. Default: nothing does. */
  readonly flaggedBy?: (id: string) => readonly string[];
  /** Default 1000. */
  readonly analysisMs?: (id: string) => number;
  /** Time of one call on the wire, and where in it (0 … 1) the service counts it. Default: none. */
  readonly wire?: () => { readonly durationMs: number; readonly countedAt: number };
  /** Refused above this, as the service does. */
  readonly rate?: Rate;
}

interface Item {
  readonly kind: 'file' | 'url';
  readonly id: string;
  analysedAt: number;
  doneAt: number;
  analysisId: string;
}

export interface Call {
  readonly method: keyof Scanner;
  readonly subject: string;
  /** When the service counted it; refused calls are not counted. */
  readonly countedAt: number;
}

const ENGINES = Array.from({ length: 60 }, (_, index) => `Engine ${String(index).padStart(2, '0')}`);

/** VirusTotal in memory, by any clock: for what needs thousands of runs. The scanner contract keeps it honest. */
export class MemoryService implements Scanner {
  readonly calls: Call[] = [];
  refused = 0;
  readonly #options: MemoryServiceOptions;
  readonly #items = new Map<string, Item>();
  readonly #uploadUrls = new Set<string>();
  #serial = 0;

  constructor(options: MemoryServiceOptions) {
    this.#options = options;
    const past = options.clock.now() - 86_400_000;
    for (const id of options.known ?? []) {
      const kind = id.includes('://') ? 'url' : 'file';
      this.#items.set(id, { kind, id, analysedAt: past, doneAt: past, analysisId: '' });
    }
  }

  lookupFile(digest: string, { signal }: { signal: AbortSignal }): Promise<Scan | null> {
    return this.#call('lookupFile', digest, signal, () => this.#report(digest.toLowerCase()));
  }

  uploadFile(
    { sha256 }: { sha256: string },
    { signal, uploadUrl }: { signal: AbortSignal; uploadUrl?: string },
  ): Promise<SubmitOutcome> {
    return this.#call('uploadFile', sha256, signal, () => {
      if (uploadUrl !== undefined && !this.#uploadUrls.delete(uploadUrl)) {
        throw new ApiError('API_BAD_REQUEST', 'this upload URL is used up', { status: 404 });
      }
      return this.#submit('file', sha256);
    });
  }

  createUploadUrl({ signal }: { signal: AbortSignal }): Promise<string> {
    return this.#call('createUploadUrl', '', signal, () => {
      const url = `https://upload.invalid/${this.#serial++}`;
      this.#uploadUrls.add(url);
      return url;
    });
  }

  rescanFile(digest: string, { signal }: { signal: AbortSignal }): Promise<SubmitOutcome> {
    return this.#call('rescanFile', digest, signal, () => this.#submit('file', digest));
  }

  getAnalysis(analysisId: string, { signal }: { signal: AbortSignal }): Promise<AnalysisOutcome> {
    return this.#call('getAnalysis', analysisId, signal, () => {
      const item = [...this.#items.values()].find((candidate) => candidate.analysisId === analysisId);
      if (item === undefined) return { kind: 'unknown' };
      if (this.#options.clock.now() < item.doneAt) return { kind: 'pending', startedAt: item.analysedAt };
      return { kind: 'completed', scan: this.#scan(item) };
    });
  }

  lookupUrl(url: string, { signal }: { signal: AbortSignal }): Promise<Scan | null> {
    return this.#call('lookupUrl', url, signal, () => this.#report(url));
  }

  submitUrl(url: string, { signal }: { signal: AbortSignal }): Promise<SubmitOutcome> {
    return this.#call('submitUrl', url, signal, () => this.#submit('url', url));
  }

  rescanUrl(url: string, { signal }: { signal: AbortSignal }): Promise<SubmitOutcome> {
    return this.#call('rescanUrl', url, signal, () => this.#submit('url', url));
  }

  getQuotas({ signal }: { signal: AbortSignal }): Promise<{ daily: { allowed: number; used: number } }> {
    return this.#call('getQuotas', '', signal, () => ({ daily: { allowed: 1_000_000, used: this.calls.length } }));
  }

  close(): void {}

  /** Largest number of counted calls in any half-open window. */
  maxInWindow(windowMs: number): number {
    const times = this.calls.map(({ countedAt }) => countedAt);
    return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));
  }

  async #call<T>(method: keyof Scanner, subject: string, signal: AbortSignal, answer: () => T): Promise<T> {
    if (signal.aborted) throw new InterruptedError('interrupted');
    const { clock, rate } = this.#options;
    const { durationMs, countedAt } = this.#options.wire?.() ?? { durationMs: 0, countedAt: 0 };
    const start = clock.now();
    await clock.until(start + Math.floor(durationMs * countedAt), signal);
    const now = clock.now();
    if (rate !== undefined) {
      const taken = this.calls.filter((call) => call.countedAt > now - rate.windowMs).length;
      if (taken >= rate.requests) {
        this.refused += 1;
        throw new ApiError('API_RATE_LIMITED', 'quota exceeded', { status: 429 });
      }
    }
    this.calls.push({ method, subject, countedAt: now });
    const result = answer();
    await clock.until(start + durationMs, signal);
    return result;
  }

  #submit(kind: Item['kind'], id: string): SubmitOutcome {
    const { clock, analysisMs = () => 1000 } = this.#options;
    const now = clock.now();
    const running = this.#items.get(id);
    if (running !== undefined && now < running.doneAt) return { kind: 'already-running' };
    const analysisId = `analysis ${this.#serial++}`;
    this.#items.set(id, { kind, id, analysedAt: now, doneAt: now + analysisMs(id), analysisId });
    return { kind: 'accepted', analysisId };
  }

  #report(id: string): Scan | null {
    const item = this.#items.get(id);
    if (item === undefined) return null;
    if (this.#options.clock.now() >= item.doneAt) return this.#scan(item);
    return { kind: item.kind, id: item.id, analysedAt: null, results: [], stats: NO_STATS, facts: {} };
  }

  #scan({ kind, id, analysedAt }: Item): Scan {
    const flagging = new Set(this.#options.flaggedBy?.(id) ?? []);
    const quiet = kind === 'file' ? 'undetected' : 'harmless';
    const results: EngineResult[] = [...new Set([...ENGINES, ...flagging])].toSorted().map((engine) => ({
      engine,
      category: flagging.has(engine) ? 'malicious' : quiet,
      label: flagging.has(engine) ? 'Trojan.Generic' : null,
    }));
    const scanId = kind === 'file' ? id : createHash('sha256').update(id).digest('hex');
    return { kind, id: scanId, analysedAt, results, stats: countResults(results), facts: {} };
  }
}
