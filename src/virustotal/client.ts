import { randomBytes } from 'node:crypto';
import type { Scan } from '../domain/scan.js';
import { ApiError } from '../errors.js';
import { createAgents } from '../http/agents.js';
import type { ProxyEnv } from '../http/proxy.js';
import type { Clock, Scanner, ServiceQuotas, SubmitOutcome } from '../ports.js';
import { notJson, toApiError, type Answer } from './failure.js';
import { parseData, toAnalysis, toAnalysisId, toQuotas, toScan } from './map.js';
import { multipartBody } from './multipart.js';
import { exchange, type Request, type TransportOptions } from './transport.js';

export const DEFAULT_API_ROOT = 'https://www.virustotal.com/api/v3';

export interface ScannerOptions {
  /** Ends in `/api/v3`. Default: the public service. */
  readonly apiRoot?: string;
  readonly key: string;
  readonly userAgent: string;
  readonly env: ProxyEnv;
  readonly clock: Pick<Clock, 'now'>;
  /** Longest silence on a connection, milliseconds. Default 120,000: the service hashes a large upload before it answers. */
  readonly idleTimeoutMs?: number;
}

/** The VirusTotal API v3 behind the `Scanner` port. Source of every path and shape: VirusTotal's API reference. */
export function createScanner(options: ScannerOptions): Scanner & { close(): void } {
  const root = new URL(`${(options.apiRoot ?? DEFAULT_API_ROOT).replace(/\/+$/, '')}/`);
  const agents = createAgents(root, options.env);
  const transport: TransportOptions = {
    key: options.key,
    userAgent: options.userAgent,
    agents,
    idleTimeoutMs: options.idleTimeoutMs ?? 120_000,
  };

  type Call = Pick<Request, 'method' | 'route' | 'signal'> &
    Partial<Pick<Request, 'url' | 'body' | 'contentType' | 'contentLength'>>;

  const call = (request: Call): Promise<Answer> =>
    exchange({ url: new URL(request.route.slice(1), root).href, ...request }, transport);

  const json = (answer: Answer, request: Call): unknown => {
    if (answer.status < 200 || answer.status > 299) throw toApiError(answer, request, options.key, options.clock.now());
    let parsed: unknown;
    try {
      parsed = JSON.parse(answer.body);
    } catch {
      throw notJson(answer, request, options.key);
    }
    // `null` is JSON too, and is "unknown" to those who ask: only a 404 of the service may say that.
    if (typeof parsed !== 'object' || parsed === null) throw notJson(answer, request, options.key);
    return parsed;
  };

  const read = async (request: Call): Promise<unknown> => json(await call(request), request);

  /** A 404 counts as "unknown" only with the service's own error envelope: a proxy's 404 page says nothing about a file. */
  const readOrNull = async (request: Call): Promise<unknown> => {
    const answer = await call(request);
    if (answer.status === 404) {
      const error = toApiError(answer, request, options.key, options.clock.now());
      if (error.serviceCode !== undefined) return null;
      throw new ApiError('API_PROTOCOL', `${error.message}: a 404 that is not VirusTotal's`, { status: 404 });
    }
    return json(answer, request);
  };

  const submit = async (request: Call): Promise<SubmitOutcome> => {
    const answer = await call(request);
    // Any 409, and the 422 seen once: these bytes are being scanned. The documented code and the recorded one differ.
    if (answer.status === 409 || answer.status === 422) return { kind: 'already-running' };
    try {
      return { kind: 'accepted', analysisId: toAnalysisId(json(answer, request)) };
    } catch (error) {
      // A 2xx, or a gateway that gave up, may well have been an accepted submission: the caller looks before sending again.
      if (error instanceof ApiError && (answer.status < 300 || answer.status >= 500)) {
        throw new ApiError(error.code, error.message, {
          ...(error.hint !== undefined && { hint: error.hint }),
          ...(error.serviceCode !== undefined && { serviceCode: error.serviceCode }),
          ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
          status: answer.status,
          retryable: error.retryable,
          ambiguous: true,
        });
      }
      throw error;
    }
  };

  return {
    close: () => agents.close(),
    async lookupFile(digest, { signal }) {
      const found = await readOrNull({ method: 'GET', route: `/files/${encodeURIComponent(digest)}`, signal });
      return found === null ? null : reportOf(digest, toScan(parseData(found, 'file report'), 'file report'));
    },
    uploadFile(source, { signal, uploadUrl }) {
      const body = multipartBody(source, `absolve-${randomBytes(18).toString('hex')}`);
      return submit({
        method: 'POST',
        route: uploadUrl === undefined ? '/files' : '/files (upload URL)',
        ...(uploadUrl !== undefined && { url: uploadUrl }),
        body: body.stream,
        contentType: body.contentType,
        contentLength: body.contentLength,
        signal,
      });
    },
    async createUploadUrl({ signal }) {
      const data = parseData(await read({ method: 'GET', route: '/files/upload_url', signal }), 'upload URL');
      return guardUploadUrl(data, root);
    },
    rescanFile: (digest, { signal }) =>
      submit({ method: 'POST', route: `/files/${encodeURIComponent(digest)}/analyse`, signal }),
    async getAnalysis(analysisId, { signal }) {
      const found = await readOrNull({ method: 'GET', route: `/analyses/${encodeURIComponent(analysisId)}`, signal });
      return found === null ? { kind: 'unknown' } : toAnalysis(found);
    },
    async lookupUrl(url, { signal }) {
      const found = await readOrNull({ method: 'GET', route: `/urls/${urlId(url)}`, signal });
      return found === null ? null : toScan(parseData(found, 'URL report'), 'URL report');
    },
    submitUrl: (url, { signal }) =>
      submit({
        method: 'POST',
        route: '/urls',
        body: new URLSearchParams({ url }).toString(),
        contentType: 'application/x-www-form-urlencoded',
        signal,
      }),
    rescanUrl: (url, { signal }) => submit({ method: 'POST', route: `/urls/${urlId(url)}/analyse`, signal }),
    async getQuotas({ signal }): Promise<ServiceQuotas | null> {
      // The service takes the key itself as the user's id; the route in messages never shows it.
      const url = new URL(`users/${encodeURIComponent(options.key)}/overall_quotas`, root).href;
      try {
        return toQuotas(await read({ method: 'GET', route: '/users/{id}/overall_quotas', url, signal }));
      } catch (error) {
        if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return null;
        throw error;
      }
    },
  };
}

/** A cache in between that mixes answers up must not clear one file with the report of another. */
function reportOf(digest: string, scan: Scan): Scan {
  const wanted = digest.toLowerCase();
  const actual = { 32: scan.md5, 40: scan.sha1 }[wanted.length] ?? (wanted.length === 64 ? scan.id : wanted);
  if (scan.kind === 'file' && actual.toLowerCase() === wanted) return scan;
  throw new ApiError('API_PROTOCOL', 'VirusTotal answered with the report of something else', {
    hint: 'a proxy may have mixed up answers; nothing was concluded from it',
  });
}

/** The service's URL id that needs no canonical form: base64url without padding. */
function urlId(url: string): string {
  return Buffer.from(url, 'utf8').toString('base64url');
}

/** The key goes along with the upload, so only to the host it belongs to. The documentation's example says `http://`. */
function guardUploadUrl(data: unknown, root: URL): string {
  const url = typeof data === 'string' && URL.canParse(data) ? new URL(data) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.host !== root.host) {
    throw new ApiError('API_PROTOCOL', 'VirusTotal named an upload address that is not on its own host', {
      hint: 'nothing was sent there; a proxy may have changed the answer',
    });
  }
  url.protocol = root.protocol;
  return url.href;
}
