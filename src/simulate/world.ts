import { randomBytes } from 'node:crypto';
import { startAnalysis, type Analysis } from './analysis.js';
import { addAnalysis, type FileItem, type Item, type UrlItem } from './item.js';
import { createMeter, type Meter } from './meter.js';
import type { ReceivedFile } from './receive-file.js';
import type { UploadEntry } from './request-log.js';
import { ruleForFile, ruleForUrl, shareOf } from './rules.js';
import type { Rule } from './scenario.js';
import type { Settings } from './settings.js';
import { canonicalUrl, urlId } from './url-id.js';

/** Everything the stand-in remembers, in memory only. */
export class World {
  readonly settings: Settings;
  readonly uploads: UploadEntry[] = [];
  readonly #startedMs: number;
  readonly #known: ReadonlySet<string>;
  readonly #files = new Map<string, FileItem>();
  readonly #sha256ByDigest = new Map<string, string>();
  readonly #urls = new Map<string, UrlItem>();
  readonly #analyses = new Map<string, Analysis>();
  readonly #meters = new Map<string, Meter>();
  readonly #uploadTokens = new Map<string, string>();

  constructor(settings: Settings) {
    this.settings = settings;
    this.#startedMs = settings.now();
    this.#known = new Set(settings.scenario.known);
    for (const rule of settings.scenario.rules) this.#plant(rule);
  }

  meterOf(key: string): Meter {
    let meter = this.#meters.get(key);
    if (meter === undefined) this.#meters.set(key, (meter = createMeter(this.settings)));
    return meter;
  }

  get meters(): readonly Meter[] {
    return [...this.#meters.values()];
  }

  /** By md5, sha1 or sha256 in any case. */
  findFile(digest: string): FileItem | undefined {
    const id = this.#sha256ByDigest.get(digest.toLowerCase()) ?? digest.toLowerCase();
    return this.#files.get(id) ?? this.#foreknown(id);
  }

  findUrl(id: string): UrlItem | undefined {
    return this.#urls.get(id);
  }

  findAnalysis(id: string): Analysis | undefined {
    return this.#analyses.get(id);
  }

  /** Remembers a received file. Starts no analysis. Who brings a file first reads it for free. */
  admitFile(received: ReceivedFile, key: string, now: number): FileItem {
    const found = this.findFile(received.sha256);
    const file = found ?? this.#createFile(received.sha256, now);
    if (found === undefined) file.freeFor.add(key);
    Object.assign(file, { md5: received.md5, sha1: received.sha1, sizeBytes: received.sizeBytes });
    this.#sha256ByDigest.set(received.md5, file.id).set(received.sha1, file.id);
    file.names = [received.filename, ...file.names.filter((name) => name !== received.filename)];
    for (const rule of received.contentHits) file.contentHits.add(rule);
    file.rule = this.#ruleFor(file);
    return file;
  }

  /** The URL by its canonical form, created when the service had never seen it. */
  admitUrl(url: string, now: number): UrlItem {
    const id = urlId(url);
    const found = this.#urls.get(id);
    if (found !== undefined) return found;
    const item: UrlItem = { ...newItem(now), kind: 'url', id, url, rule: ruleForUrl(this.settings.scenario, url) };
    this.#urls.set(id, item);
    return item;
  }

  /** Starts an analysis at `now`. */
  analyse(item: Item, now: number): Analysis {
    item.lastSubmittedMs = now;
    item.timesSubmitted += 1;
    return this.#begin(item, now, item.rule.analysisMs ?? this.#durationFor(item.id), now);
  }

  createUploadToken(key: string): string {
    const token = randomBytes(32).toString('base64url');
    this.#uploadTokens.set(token, key);
    return token;
  }

  /** The key that the token was made for; the token is used up by asking. */
  redeemUploadToken(token: string): string | undefined {
    const key = this.#uploadTokens.get(token);
    this.#uploadTokens.delete(token);
    return key;
  }

  #begin(item: Item, startedMs: number, durationMs: number, now: number): Analysis {
    const analysis = startAnalysis(item, startedMs, durationMs);
    addAnalysis(item, analysis, now, this.settings.reportLagMs);
    this.#analyses.set(analysis.id, analysis);
    return analysis;
  }

  #durationFor(id: string): number {
    const { minMs, maxMs } = this.settings.analysisMs;
    return minMs + Math.floor(shareOf(id) * (maxMs - minMs));
  }

  /** Files of `known` and `knownShare` come into being when somebody asks. */
  #foreknown(sha256: string): FileItem | undefined {
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    const { scenario } = this.settings;
    const rule = ruleForFile(scenario, { sha256, names: [], contentHits: new Set() });
    const isKnown = rule.known || this.#known.has(sha256) || shareOf(sha256) < scenario.knownShare;
    if (rule.unknown || !isKnown) return undefined;
    const startedMs = this.#startedMs - rule.analysedAgoMs;
    const file = this.#createFile(sha256, startedMs);
    file.timesSubmitted = 1;
    this.#begin(file, startedMs, 0, startedMs);
    return file;
  }

  #createFile(sha256: string, now: number): FileItem {
    const traits = { names: [], contentHits: new Set<Rule>() };
    const rule = ruleForFile(this.settings.scenario, { sha256, ...traits });
    const file: FileItem = { ...newItem(now), kind: 'file', id: sha256, rule, ...traits };
    this.#files.set(sha256, file);
    return file;
  }

  #ruleFor(file: FileItem): Rule {
    return ruleForFile(this.settings.scenario, { sha256: file.id, names: file.names, contentHits: file.contentHits });
  }

  /** Known URLs, and the other digests of recorded files, must be found before anybody asks by sha256. */
  #plant(rule: Rule): void {
    const { recorded, match } = rule;
    if (recorded?.kind === 'file') {
      for (const digest of [recorded.attributes['md5'], recorded.attributes['sha1']]) {
        if (typeof digest === 'string') this.#sha256ByDigest.set(digest.toLowerCase(), recorded.id);
      }
    }
    const url = rule.known && match.url !== undefined ? canonicalUrl(match.url) : undefined;
    if (url === undefined) return;
    const startedMs = this.#startedMs - rule.analysedAgoMs;
    const item = this.admitUrl(url, startedMs);
    item.timesSubmitted = 1;
    this.#begin(item, startedMs, 0, startedMs);
  }
}

function newItem(now: number) {
  const analyses: readonly Analysis[] = [];
  return {
    analyses,
    firstSubmittedMs: now,
    lastSubmittedMs: now,
    timesSubmitted: 0,
    freeFor: new Set<string>(),
  };
}
