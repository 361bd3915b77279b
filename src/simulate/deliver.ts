import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Answer } from './answer.js';

const DRIPS = 8;

/**
 * Sends an answer the way its delivery says. Resolves when the bytes are handed over.
 *
 * @returns the status that the client got, 0 when it got none or not all of it
 * @throws when the connection breaks, or `signal` ends the waiting of a slow answer
 */
export async function deliver(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<number> {
  const { delayMs = 0, dripMs = 0, cut = false, reset = false, gzip = false } = answer.delivery ?? {};
  if (reset) {
    request.socket.resetAndDestroy();
    return 0;
  }
  if (delayMs > 0) await delay(delayMs, undefined, { signal });
  const compressed = gzip && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const body = compressed ? gzipSync(answer.body) : Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'Cache-Control': 'no-cache',
    'Content-Type': answer.contentType,
    'Content-Length': body.length,
    Server: 'absolve-simulate',
    ...(compressed ? { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' } : {}),
    ...answer.headers,
  });
  if (cut) return await cutShort(body, request, response);
  if (dripMs > 0) await drip(body, dripMs, response, signal);
  response.end(dripMs > 0 ? undefined : body);
  await finished(response);
  return answer.status;
}

async function cutShort(body: Buffer, request: IncomingMessage, response: ServerResponse): Promise<number> {
  await new Promise((resolve) => {
    response.write(body.subarray(0, Math.floor(body.length / 2)), resolve);
  });
  // An orderly end of the connection: what was written arrives, and then nothing.
  request.socket.destroySoon();
  return 0;
}

async function drip(body: Buffer, dripMs: number, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const size = Math.max(1, Math.ceil(body.length / DRIPS));
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    response.write(body.subarray(at, at + size));
    await delay(dripMs / DRIPS, undefined, { signal });
  }
}
