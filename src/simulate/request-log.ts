/** One request as the server counts it. */
export interface LogEntry {
  /** When it was counted: the arrival of its headers, epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  /** The path's pattern, e.g. `/files/{id}`; `?` for a path that the API does not have. */
  readonly route: string;
  /** The artifact: its sha256 or id where known, else what the client sent. Never a key or an upload token. Hostile text. */
  readonly subject: string;
  /** At most the last four characters. */
  readonly key: string;
  /** HTTP status; 0 while it is in flight, and for good when the connection broke before an answer. */
  readonly status: number;
  /** Whether it took a place in the minute window. */
  readonly counted: boolean;
  /** Whether it was charged to the day and the month. */
  readonly charged: boolean;
}

/** One complete file that arrived, accepted or not. */
export interface UploadEntry {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly filename: string;
  /** When it was complete, epoch milliseconds. */
  readonly at: number;
  /** False when it was refused, e.g. because its first copy was still being analysed. */
  readonly accepted: boolean;
}

/** The server's own entry, written to while the request runs. */
export type OpenEntry = { -readonly [Member in keyof LogEntry]: LogEntry[Member] };

/** Shows which key it was without giving it away. Pure. */
export function maskKey(key: string): string {
  return key.length >= 20 ? `…${key.slice(-4)}` : '…';
}

/** The largest number of the instants within any half-open window of `windowMs` milliseconds. Pure, O(n log n). */
export function largestWindow(instants: readonly number[], windowMs: number): number {
  const times = instants.toSorted((a, b) => a - b);
  let first = 0;
  let largest = 0;
  for (const [index, at] of times.entries()) {
    while (times[first]! <= at - windowMs) first += 1;
    largest = Math.max(largest, index - first + 1);
  }
  return largest;
}
