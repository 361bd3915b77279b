/** Standard input that names targets: longer lists are a mistake (a binary piped in), not a list. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/**
 * The targets in a text, one a line: byte order mark, carriage returns, surrounding blanks and a pair of quotes (as
 * `dir` and “Copy as path” leave them) are taken off; blank lines and lines that begin with `#` are none. Pure.
 */
export function parseTargetLines(text: string): readonly string[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(unquote);
}

/** Without the pair of quotes around it, if there is one. Pure. */
function unquote(text: string): string {
  return /^"[^"]+"$|^'[^']+'$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * All of standard input as text. UTF-16 with a byte order mark is understood: Windows PowerShell writes it.
 * `undefined` when it is larger than 64 MiB.
 *
 * Rejects with the signal's reason when aborted, even if the other side never closes its end.
 */
export async function readList(stdin: AsyncIterable<unknown>, signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([readAll(stdin), aborted]);
  } finally {
    signal.removeEventListener('abort', stop!);
  }
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > MAX_LIST_BYTES) return undefined;
    chunks.push(bytes);
  }
  const all = Buffer.concat(chunks);
  const encoding = all[0] === 0xff && all[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(all);
}
