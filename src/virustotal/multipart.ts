import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ArtifactError } from '../errors.js';
import type { UploadSource } from '../ports.js';

export interface MultipartBody {
  readonly contentType: string;
  readonly contentLength: number;
  readonly stream: Readable;
}

/**
 * `multipart/form-data` with the one part `file`, streamed from disk in flat memory.
 *
 * The bytes are hashed on their way out and the last of them are held back until the digest is known to be the one that
 * was looked up: a file that changed in between is cut off, so that nothing is published that nobody checked.
 */
export function multipartBody(source: UploadSource, boundary: string): MultipartBody {
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escapeFileName(source.name)}"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.length + source.sizeBytes + tail.length,
    stream: Readable.from(parts(source, head, tail), { objectMode: false }),
  };
}

async function* parts(source: UploadSource, head: Buffer, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  let sentBytes = 0;
  try {
    for await (const chunk of createReadStream(source.path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sentBytes += chunk.length;
      if (sentBytes > source.sizeBytes) break;
      if (held !== undefined) yield held;
      held = chunk;
    }
  } catch (error) {
    throw new ArtifactError('ARTIFACT_UNREADABLE', `cannot read ${source.name} while sending it`, { cause: error });
  }
  if (sentBytes !== source.sizeBytes || hash.digest('hex') !== source.sha256) {
    throw new ArtifactError('ARTIFACT_CHANGED', `${source.name} changed after it was hashed; the upload was cut off`, {
      hint: 'run again when nothing writes to it any more',
    });
  }
  if (held !== undefined) yield held;
  yield tail;
}

/**
 * Raw UTF-8 in plain `filename`, quotes and line breaks percent-encoded as browsers do. Never `filename*`: the service's
 * upload handler fails on it (known from its Python client).
 */
function escapeFileName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- a control character in a header line would end or bend it
  return name.replace(/["\u0000-\u001f\u007f]/g, (character) => encodeURIComponent(character));
}
