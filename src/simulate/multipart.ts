import { parsePartHeaders, type PartHeaders } from './part-headers.js';

/** What a multipart body is made of, in order. */
export type MultipartEvent =
  | { readonly kind: 'part'; readonly headers: PartHeaders }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end-of-part' };

/** The body is not what its content type says. */
export class MultipartError extends Error {}

const CRLF = Buffer.from('\r\n');
const END_OF_HEADERS = Buffer.from('\r\n\r\n');
const HEADER_LIMIT_BYTES = 16_384;

type State = 'delimiter' | 'after-delimiter' | 'headers' | 'body' | 'epilogue';

/**
 * Splits a `multipart/form-data` body as it streams. Keeps at most one delimiter or one header block (16 KiB) between
 * chunks, however the body is cut, so memory does not grow with the body.
 */
export class MultipartReader {
  readonly #delimiter: Buffer;
  #state: State = 'delimiter';
  // The first delimiter may open the body without a line break before it.
  #rest: Buffer = CRLF;

  /** @param boundary from the content type, without the leading dashes */
  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /**
   * Takes the next chunk. The data events are views of it: use them before the next call.
   *
   * @throws MultipartError
   */
  *push(chunk: Buffer): Generator<MultipartEvent> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const before = this.#state;
      const left = this.#rest.length;
      yield* this.#step();
      if (this.#state === before && this.#rest.length === left) return;
    }
  }

  /** Says that the body is over. @throws MultipartError when its last delimiter has not come */
  end(): void {
    if (this.#state !== 'epilogue') throw new MultipartError('the multipart body ends before its last boundary');
  }

  *#step(): Generator<MultipartEvent> {
    switch (this.#state) {
      case 'delimiter':
        return this.#skipPreamble();
      case 'after-delimiter':
        return this.#afterDelimiter();
      case 'headers':
        return yield* this.#headers();
      case 'body':
        return yield* this.#body();
      case 'epilogue':
        this.#rest = Buffer.alloc(0);
    }
  }

  #skipPreamble(): void {
    const at = this.#rest.indexOf(this.#delimiter);
    if (at >= 0) {
      this.#rest = this.#rest.subarray(at + this.#delimiter.length);
      this.#state = 'after-delimiter';
    } else this.#rest = this.#tail();
  }

  #afterDelimiter(): void {
    if (this.#rest.length < 2) return;
    const mark = this.#rest.toString('latin1', 0, 2);
    if (mark === '--') this.#state = 'epilogue';
    // The line break stays: with it, a part without headers ends its header block like any other.
    else if (mark === '\r\n') this.#state = 'headers';
    else throw new MultipartError('a multipart boundary is followed by something else');
  }

  *#headers(): Generator<MultipartEvent> {
    const at = this.#rest.indexOf(END_OF_HEADERS);
    if ((at < 0 ? this.#rest.length : at) > HEADER_LIMIT_BYTES) {
      throw new MultipartError('the headers of a multipart part are too long');
    }
    if (at < 0) return;
    const text = this.#rest.toString('utf8', CRLF.length, Math.max(at, CRLF.length));
    this.#rest = this.#rest.subarray(at + END_OF_HEADERS.length);
    this.#state = 'body';
    yield { kind: 'part', headers: parsePartHeaders(text) };
  }

  *#body(): Generator<MultipartEvent> {
    const at = this.#rest.indexOf(this.#delimiter);
    const data = at >= 0 ? this.#rest.subarray(0, at) : this.#rest.subarray(0, this.#rest.length - this.#tail().length);
    if (data.length > 0) yield { kind: 'data', bytes: data };
    if (at < 0) {
      this.#rest = this.#rest.subarray(data.length);
      return;
    }
    this.#rest = this.#rest.subarray(at + this.#delimiter.length);
    this.#state = 'after-delimiter';
    yield { kind: 'end-of-part' };
  }

  /** The end of what is held that may be the beginning of a delimiter. */
  #tail(): Buffer {
    return this.#rest.subarray(Math.max(0, this.#rest.length - this.#delimiter.length + 1));
  }
}
