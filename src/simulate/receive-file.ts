import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { badRequest, htmlPage, type Answer } from './answer.js';
import { searchContent } from './content-search.js';
import { MultipartError, MultipartReader, type MultipartEvent } from './multipart.js';
import { boundaryOf } from './part-headers.js';
import type { Rule, Scenario } from './scenario.js';

/** A file that arrived whole. The bytes themselves are gone. */
export interface ReceivedFile {
  readonly sha256: string;
  readonly sha1: string;
  readonly md5: string;
  readonly sizeBytes: number;
  /** Hostile text. */
  readonly filename: string;
  readonly contentHits: ReadonlySet<Rule>;
}

export type Reception =
  | { readonly kind: 'received'; readonly file: ReceivedFile }
  | { readonly kind: 'refused'; readonly answer: Answer };

const refused = (answer: Answer): Reception => ({ kind: 'refused', answer });

/**
 * Reads the form of an upload: one part named `file` with a file name, hashed as it streams, in memory that does not grow
 * with it. The whole body is read even when it is refused, as front ends do, so that the client sees the answer.
 *
 * @param limitBytes a larger file gets 413
 * @throws when the client goes away
 */
export async function receiveFile(
  request: IncomingMessage,
  scenario: Scenario,
  limitBytes: number,
): Promise<Reception> {
  const boundary = boundaryOf(request.headers['content-type']);
  if (boundary === undefined) {
    await drain(request);
    return refused(badRequest('The request must be multipart/form-data with a boundary'));
  }
  const form = new UploadForm(scenario, limitBytes);
  const problem = await readForm(request, new MultipartReader(boundary), form);
  return problem === undefined ? form.finish() : refused(badRequest(problem.message));
}

/** Feeds the form to the end; after a problem the rest of the body is read and dropped. */
async function readForm(
  request: IncomingMessage,
  reader: MultipartReader,
  form: UploadForm,
): Promise<MultipartError | undefined> {
  let problem: MultipartError | undefined;
  const attempt = (step: () => void): void => {
    try {
      if (problem === undefined) step();
    } catch (error) {
      if (!(error instanceof MultipartError)) throw error;
      problem = error;
    }
  };
  for await (const chunk of request as AsyncIterable<Buffer>) {
    attempt(() => {
      for (const event of reader.push(chunk)) form.take(event);
    });
  }
  attempt(() => reader.end());
  return problem;
}

/** Reads and drops what is left of a body. */
export async function drain(request: IncomingMessage): Promise<void> {
  for await (const _chunk of request) continue;
}

/** Collects what the parts of one upload say. */
class UploadForm {
  readonly #search;
  readonly #hashes = { sha256: createHash('sha256'), sha1: createHash('sha1'), md5: createHash('md5') };
  readonly #limitBytes: number;
  #sizeBytes = 0;
  #inFile = false;
  #filename: string | undefined;
  #problem: Answer | undefined;

  constructor(scenario: Scenario, limitBytes: number) {
    this.#search = searchContent(scenario);
    this.#limitBytes = limitBytes;
  }

  take(event: MultipartEvent): void {
    if (event.kind === 'part') {
      const { name, filename, hasExtendedFilename } = event.headers;
      this.#inFile = name === 'file';
      if (!this.#inFile) return;
      if (hasExtendedFilename) this.#refuse(badRequest('The file name must not be given as filename*'));
      if (filename === undefined) this.#refuse(badRequest('The part "file" has no file name'));
      if (this.#filename !== undefined) this.#refuse(badRequest('More than one part is named "file"'));
      this.#filename = filename;
    } else if (event.kind === 'data' && this.#inFile) this.#data(event.bytes);
  }

  finish(): Reception {
    if (this.#sizeBytes > this.#limitBytes) return refused(htmlPage(413, 'Request Entity Too Large'));
    if (this.#problem !== undefined) return refused(this.#problem);
    if (this.#filename === undefined) return refused(badRequest('There is no part named "file"'));
    const { sha256, sha1, md5 } = this.#hashes;
    return {
      kind: 'received',
      file: {
        sha256: sha256.digest('hex'),
        sha1: sha1.digest('hex'),
        md5: md5.digest('hex'),
        sizeBytes: this.#sizeBytes,
        filename: this.#filename,
        contentHits: this.#search.hits,
      },
    };
  }

  #data(bytes: Buffer): void {
    this.#sizeBytes += bytes.length;
    if (this.#problem !== undefined || this.#sizeBytes > this.#limitBytes) return;
    for (const hash of Object.values(this.#hashes)) hash.update(bytes);
    this.#search.push(bytes);
  }

  #refuse(answer: Answer): void {
    this.#problem ??= answer;
  }
}
