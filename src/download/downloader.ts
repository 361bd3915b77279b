import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import axios, { AxiosError, type AxiosResponse } from 'axios';
import { visible } from '../domain/text.js';
import { AppError, ArtifactError, InterruptedError } from '../errors.js';
import { createAgents } from '../http/agents.js';
import type { ProxyEnv } from '../http/proxy.js';
import type { Download, Downloader } from '../ports.js';
import { downloadName } from './file-name.js';
import { followRedirect } from './redirects.js';

export interface DownloaderOptions {
  readonly env: ProxyEnv;
  readonly userAgent: string;
  /** More is cut off. Default 650,000,000 bytes: what the service takes at most. */
  readonly maxBytes?: number;
  /** Longest silence on a connection, milliseconds. Default 60,000. */
  readonly idleTimeoutMs?: number;
}

const HEAD_BYTES = 512;

const DEFAULT_IDLE_TIMEOUT_MS = 60_000;

export function createDownloader(options: DownloaderOptions): Downloader {
  let folder: Promise<string> | undefined;
  let count = 0;
  return {
    async download(url, { signal }) {
      folder ??= mkdtemp(join(tmpdir(), 'absolve-'));
      count += 1;
      return download(url, join(await folder, `download-${count}`), signal, options);
    },
    async close() {
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}

async function download(url: string, path: string, signal: AbortSignal, options: DownloaderOptions): Promise<Download> {
  const start = URL.canParse(url) ? new URL(url) : undefined;
  if (start === undefined || (start.protocol !== 'https:' && start.protocol !== 'http:')) {
    throw new ArtifactError('ARTIFACT_URL_INVALID', `${visible(url)} is not an http or https URL`);
  }
  start.hash = '';
  const visited = [start.href];
  const redirects: { url: string; status: number }[] = [];
  for (;;) {
    const current = visited.at(-1) ?? start.href;
    const response = await get(current, signal, options);
    const status = response.status;
    if (status >= 300 && status < 400 && status !== 304) {
      response.data.destroy();
      redirects.push({ url: current, status });
      visited.push(followRedirect(current, header(response, 'location'), visited));
      continue;
    }
    const head = await save(response, path, current, signal, options);
    const announced = header(response, 'content-length');
    return {
      path,
      name: downloadName(current, header(response, 'content-disposition')),
      head: head.bytes,
      facts: {
        requestedUrl: url,
        redirects,
        finalUrl: current,
        status,
        // An unverified certificate never gets this far.
        tls: visited.every((visitedUrl) => visitedUrl.startsWith('https:')),
        ...(announced !== undefined && /^\d+$/.test(announced) && { announcedBytes: Number(announced) }),
        receivedBytes: head.received,
        ...(header(response, 'content-type') !== undefined && { contentType: header(response, 'content-type')! }),
      },
    };
  }
}

async function get(url: string, signal: AbortSignal, options: DownloaderOptions): Promise<AxiosResponse<Readable>> {
  const agents = createAgents(new URL(url), options.env);
  try {
    const response = await axios.get<Readable>(url, {
      responseType: 'stream',
      // The announced length is that of the bytes as sent: compressed, nothing could be compared.
      headers: { 'user-agent': options.userAgent, accept: '*/*', 'accept-encoding': 'identity' },
      decompress: false,
      maxRedirects: 0,
      validateStatus: () => true,
      proxy: false,
      httpAgent: agents.httpAgent,
      httpsAgent: agents.httpsAgent,
      timeout: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
      signal,
    });
    response.data.once('close', () => agents.close());
    return response;
  } catch (error) {
    agents.close();
    throw noAnswer(error, url, signal);
  }
}

async function save(
  response: AxiosResponse<Readable>,
  path: string,
  url: string,
  signal: AbortSignal,
  options: DownloaderOptions,
): Promise<{ readonly bytes: Uint8Array; readonly received: number }> {
  const maxBytes = options.maxBytes ?? 650_000_000;
  const announced = Number(header(response, 'content-length') ?? Number.NaN);
  if (announced > maxBytes) {
    response.data.destroy();
    throw new ArtifactError('ARTIFACT_TOO_LARGE', `${url} announces ${announced} bytes, more than ${maxBytes}`);
  }
  let received = 0;
  let head: Buffer = Buffer.alloc(0);
  // The client's own limit ends with the headers: a body that stops coming would be waited for without end.
  const idleTimeoutMs = options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS;
  const watchdog = setTimeout(() => response.data.destroy(new Error('nothing came any more')), idleTimeoutMs);
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      watchdog.refresh();
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES);
      const isTooMuch = received > maxBytes;
      done(
        isTooMuch ? new ArtifactError('ARTIFACT_TOO_LARGE', `${url} sent more than ${maxBytes} bytes`) : null,
        isTooMuch ? undefined : chunk,
      );
    },
  });
  try {
    await pipeline(response.data, meter, createWriteStream(path), { signal });
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (signal.aborted) throw new InterruptedError('interrupted while downloading');
    throw cutOff(url, received, announced, error);
  } finally {
    clearTimeout(watchdog);
  }
  if (response.status < 200 || response.status > 299) {
    throw new ArtifactError('ARTIFACT_DOWNLOAD', `${url} answers with status ${response.status}${shownHead(head)}`, {
      hint: 'the URL itself is still looked up; --no-download leaves the file behind it out',
    });
  }
  if (Number.isInteger(announced) && received !== announced) throw cutOff(url, received, announced, undefined);
  return { bytes: head, received };
}

function cutOff(url: string, received: number, announced: number, cause: unknown): ArtifactError {
  const wanted = Number.isInteger(announced) ? ` of ${announced} announced` : '';
  return new ArtifactError('ARTIFACT_TRUNCATED', `the download of ${url} ended after ${received}${wanted} bytes`, {
    hint: 'nothing was concluded from the part that came; a web scanner may have cut it',
    cause,
  });
}

/** The first bytes as a reader can see them: they tell a block page from an installer at a glance. */
export function shownHead(head: Uint8Array): string {
  const text = visible(Buffer.from(head.subarray(0, 80)).toString('latin1').replace(/\s+/g, ' '));
  return text === '' ? '' : `; it begins with ${JSON.stringify(text)}`;
}

function noAnswer(error: unknown, url: string, signal: AbortSignal): AppError {
  if (signal.aborted) return new InterruptedError('interrupted while downloading');
  const code = error instanceof AxiosError ? error.code : undefined;
  const message = error instanceof Error ? visible(error.message) : 'unknown failure';
  return new ArtifactError('ARTIFACT_DOWNLOAD', `${url} cannot be reached: ${message}${code ? ` (${code})` : ''}`, {
    hint: 'check the address, the network and HTTPS_PROXY',
  });
}

function header(response: AxiosResponse<Readable>, name: string): string | undefined {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}
