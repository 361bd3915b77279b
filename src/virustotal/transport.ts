import axios, { AxiosError } from 'axios';
import { Readable } from 'node:stream';
import { mask } from '../domain/secret.js';
import { visible } from '../domain/text.js';
import { AppError, ApiError, InterruptedError } from '../errors.js';
import type { Agents } from '../http/agents.js';
import { excerpt, type Answer, type CallDescription } from './failure.js';

/** Failures before the first byte of a request: the connection itself, or the name, did not come about. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** An answer of more than this is no report (recorded ones reach 1 MB). */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface TransportOptions {
  readonly key: string;
  readonly userAgent: string;
  readonly agents: Agents;
  /** Longest silence on a connection, milliseconds. */
  readonly idleTimeoutMs: number;
}

export interface Request extends CallDescription {
  readonly url: string;
  readonly body?: Readable | string;
  readonly contentType?: string;
  readonly contentLength?: number;
  readonly signal: AbortSignal;
}

/**
 * One HTTP exchange, nothing repeated, no redirect followed. An answer of any status is returned; what never became an
 * answer is `API_UNAVAILABLE`. No error of the HTTP client leaves this file: its members and its JSON carry the key.
 */
export async function exchange(request: Request, options: TransportOptions): Promise<Answer> {
  try {
    const response = await axios.request<string>({
      url: request.url,
      method: request.method,
      data: request.body,
      headers: {
        'x-apikey': options.key,
        accept: 'application/json',
        // The service's front end compresses only for agents whose name contains "gzip".
        'user-agent': `${options.userAgent} (gzip)`,
        ...(request.contentType && { 'content-type': request.contentType }),
        ...(request.contentLength !== undefined && { 'content-length': request.contentLength }),
      },
      // With redirects allowed the client buffers a whole upload to be able to repeat it (1 GiB: 1.2 GB against 105 MB).
      maxRedirects: 0,
      maxBodyLength: Number.POSITIVE_INFINITY,
      maxContentLength: MAX_ANSWER_BYTES,
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      transformRequest: (body: unknown) => body,
      validateStatus: () => true,
      proxy: false,
      httpAgent: options.agents.httpAgent,
      httpsAgent: options.agents.httpsAgent,
      timeout: options.idleTimeoutMs,
      signal: request.signal,
    });
    const answer = { status: response.status, headers: headersOf(response.headers), body: response.data ?? '' };
    if (request.url.startsWith('https:') && !cameEncrypted(response.request)) throw refusedTunnel(answer, options.key);
    return answer;
  } catch (error) {
    throw withoutRequest(error, request, options.key);
  }
}

/** A proxy that refuses the tunnel answers in plain text, and the client hands that on as if the service had said it. */
function cameEncrypted(request: unknown): boolean {
  const { socket } = request as { readonly socket?: { readonly encrypted?: boolean } };
  return socket?.encrypted === true;
}

function refusedTunnel({ status, body }: Answer, key: string): ApiError {
  const said = body === '' ? '' : `: ${excerpt(body, 200, key)}`;
  return new ApiError(
    'API_UNAVAILABLE',
    `the proxy refuses the connection to VirusTotal with status ${status}${said}`,
    {
      status,
      neverSent: true,
      hint:
        status === 407
          ? 'it wants a user name and a password: HTTPS_PROXY=http://name:password@host:port'
          : 'check HTTPS_PROXY, and whether the proxy lets www.virustotal.com through',
    },
  );
}

function headersOf(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function withoutRequest(error: unknown, request: Request, key: string): AppError {
  const original = error instanceof AxiosError ? error.cause : error;
  // Errors of our own body stream (file changed while sent) come through the client and are what really happened.
  if (error instanceof AppError) return error;
  if (original instanceof AppError) return original;
  if (request.signal.aborted) return new InterruptedError('interrupted while waiting for VirusTotal');
  const code = error instanceof AxiosError ? error.code : undefined;
  const message = error instanceof Error ? error.message : 'unknown failure';
  const neverSent = NEVER_SENT.has(code ?? '');
  const text = neverSent
    ? `VirusTotal cannot be reached: ${visible(message)}`
    : `${request.method} ${request.route} got no answer: ${visible(message)}${code ? ` (${code})` : ''}`;
  return new ApiError('API_UNAVAILABLE', mask(text, [key]), {
    ambiguous: request.method === 'POST' && !neverSent,
    neverSent,
    hint: 'check the network, HTTPS_PROXY and NODE_EXTRA_CA_CERTS',
  });
}
