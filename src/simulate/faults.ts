/** What can be made to go wrong. Those of the first group replace the answer, the others change it on its way. */
export const FAULT_KINDS = {
  '401': 'wrong key',
  '403': 'not permitted',
  '404': 'not found, e.g. an analysis that is not visible yet',
  '409': 'AlreadySubmittedError',
  '424': 'FailedDependencyError',
  '429': 'quota exceeded, without timing',
  '429-seconds': 'quota exceeded, Retry-After in seconds',
  '429-date': 'quota exceeded, Retry-After as a date',
  'too-many-requests': '429 TooManyRequestsError',
  '502': 'HTML page of a gateway',
  '503': 'TransientError',
  '504': 'DeadlineExceededError',
  reset: 'connection reset before the request is read',
  'reset-after': 'connection reset after the request took effect',
  'slow-headers': 'nothing for a while',
  'slow-body': 'the body drips',
  cut: 'connection cut in the middle of the body',
  truncated: 'half of the JSON, as if it were all',
  html: 'an HTML page with status 200',
  'invalid-json': 'text that is no JSON, with status 200',
  empty: 'no body, with status 200',
  gzip: 'compressed, if the client accepts it',
  'numeric-id': 'data.id is a number',
  'no-links': 'links are missing',
  'no-meta': 'meta is missing',
  'no-confirmed-timeout': 'stats without confirmed-timeout',
  'stats-off-by-one': 'stats count one more than results',
  'unknown-category': 'an engine answers with a category nobody knows',
  'null-engine-version': 'engine versions are null',
  'huge-number': 'a number above 2^53',
  'foreign-upload-url': 'the upload URL points to another host',
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

/** One scripted failure, and the requests that it befalls: those for which everything given fits. */
export interface Fault {
  readonly kind: FaultKind;
  /** The path's pattern, e.g. `/files/{id}`. */
  readonly route?: string;
  readonly method?: string;
  /** Part of the artifact: of its sha256 or id, or of an uploaded file's name. */
  readonly subject?: string;
  /** The first request to befall among those that fit, from 1. Default 1. */
  readonly nth?: number;
  /** How many in a row. Default: one when `nth` is given, else all. */
  readonly times?: number;
  /** For the slow ones and for Retry-After, default 2,000 ms. */
  readonly durationMs?: number;
}

/** What a fault can be matched against. */
interface FaultTarget {
  readonly method: string;
  readonly route: string;
  readonly subject: string;
}

/** Counts the requests that fit each fault and says which one strikes. */
export interface FaultScript {
  /** Faults without a subject, and those whose subject is in the path. */
  onArrival(target: FaultTarget): Fault | undefined;
  /** Faults that ask for a subject which only the body has told. */
  onReceipt(target: FaultTarget, name: string): Fault | undefined;
}

export function scriptFaults(faults: readonly Fault[]): FaultScript {
  const seen = new Map<Fault, number>();
  const strike = (fault: Fault): boolean => {
    const count = (seen.get(fault) ?? 0) + 1;
    seen.set(fault, count);
    const first = fault.nth ?? 1;
    const times = fault.times ?? (fault.nth === undefined ? Number.POSITIVE_INFINITY : 1);
    return count >= first && count < first + times;
  };
  const pick = (fits: (fault: Fault) => boolean): Fault | undefined => {
    // Every fault that fits counts the request, also when another one strikes first.
    let struck: Fault | undefined;
    for (const fault of faults) if (fits(fault) && strike(fault)) struck ??= fault;
    return struck;
  };
  return {
    onArrival: (target) =>
      pick((fault) => fitsRoute(fault, target) && (fault.subject === undefined || contains(target.subject, fault))),
    onReceipt: (target, name) =>
      pick(
        (fault) =>
          fault.subject !== undefined &&
          fitsRoute(fault, target) &&
          (contains(target.subject, fault) || contains(name, fault)),
      ),
  };
}

function fitsRoute({ method, route }: Fault, target: FaultTarget): boolean {
  return (method === undefined || method === target.method) && (route === undefined || route === target.route);
}

const contains = (text: string, { subject = '' }: Fault): boolean => text.toLowerCase().includes(subject.toLowerCase());

/** How long a slow fault takes, milliseconds. */
export const faultDurationMs = (fault: Fault): number => fault.durationMs ?? 2000;
