import { failure, forbidden, htmlPage, quotaExceeded, type Answer } from './answer.js';
import { faultDurationMs, type Fault } from './faults.js';

const RESET: Answer = { status: 0, contentType: '', body: '', delivery: { reset: true } };

/** The answer that stands in place of the real one, or `undefined` for faults that only change it. Pure. */
export function replacementFor(fault: Fault, now: number): Answer | undefined {
  const durationMs = faultDurationMs(fault);
  switch (fault.kind) {
    case '401':
      return failure(401, 'WrongCredentialsError', 'Wrong API key');
    case '403':
      return forbidden();
    case '404':
      return failure(404, 'NotFoundError', 'Resource not found');
    case '409':
      return failure(409, 'AlreadySubmittedError', 'Already being submitted for scanning');
    case '424':
      return failure(424, 'FailedDependencyError', 'A request that this one depends on has failed');
    case 'too-many-requests':
      return failure(429, 'TooManyRequestsError', 'Too many requests');
    case '429':
      return quotaExceeded();
    case '429-seconds':
      return withRetryAfter(quotaExceeded(), 'seconds', durationMs, now);
    case '429-date':
      return withRetryAfter(quotaExceeded(), 'date', durationMs, now);
    case '502':
      return htmlPage(502, 'Bad Gateway');
    case '503':
      return failure(503, 'TransientError', 'Transient server error, retry might work');
    case '504':
      return failure(504, 'DeadlineExceededError', 'The operation took too long to complete');
    case 'reset':
      return RESET;
    default:
      return undefined;
  }
}

/** The real answer as the fault leaves it. Pure. */
export function alter(answer: Answer, fault: Fault): Answer {
  const durationMs = faultDurationMs(fault);
  switch (fault.kind) {
    case 'reset-after':
      return RESET;
    case 'slow-headers':
      return { ...answer, delivery: { delayMs: durationMs } };
    case 'slow-body':
      return { ...answer, delivery: { dripMs: durationMs } };
    case 'cut':
      return { ...answer, delivery: { cut: true } };
    case 'gzip':
      return { ...answer, delivery: { gzip: true } };
    case 'truncated':
      return { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) };
    case 'html':
      return htmlPage(200, 'Sign in to the network');
    case 'invalid-json':
      return { ...answer, status: 200, body: '{"data": {"id": undefined}}' };
    case 'empty':
      return { ...answer, status: 200, body: '' };
    default:
      return answer.contentType.includes('json') ? { ...answer, body: distort(answer.body, fault.kind) } : answer;
  }
}

/** Adds the header in the wanted form; whole seconds, rounded up, at least one. Pure. */
export function withRetryAfter(answer: Answer, form: 'none' | 'seconds' | 'date', waitMs: number, now: number): Answer {
  if (form === 'none') return answer;
  const waitS = Math.max(1, Math.ceil(waitMs / 1000));
  const value = form === 'seconds' ? String(waitS) : new Date((Math.ceil(now / 1000) + waitS) * 1000).toUTCString();
  return { ...answer, headers: { ...answer.headers, 'Retry-After': value } };
}

type Json = Record<string, unknown>;

/** Wrong members in an otherwise fine answer; an answer that lacks what the fault distorts stays as it is. */
function distort(body: string, kind: Fault['kind']): string {
  const answer = asObject(JSON.parse(body));
  if (kind === 'foreign-upload-url' && typeof answer['data'] === 'string') {
    return JSON.stringify({
      ...answer,
      data: answer['data'].replace(/^https?:\/\/[^/]+/, 'https://upload.example.org'),
    });
  }
  const data = asObject(answer['data']);
  const attributes = asObject(data['attributes']);
  const isAnalysis = 'results' in attributes;
  const stats = asObject(attributes[isAnalysis ? 'stats' : 'last_analysis_stats']);
  const results = asObject(attributes[isAnalysis ? 'results' : 'last_analysis_results']);
  distortMembers(kind, { answer, data, attributes, stats, results });
  return JSON.stringify(answer);
}

interface Members {
  readonly answer: Json;
  readonly data: Json;
  readonly attributes: Json;
  readonly stats: Json;
  readonly results: Json;
}

/** The members belong to a fresh parse of the body, so they are changed in place. */
function distortMembers(kind: Fault['kind'], { answer, data, attributes, stats, results }: Members): void {
  const engines = Object.values(results).map(asObject);
  if (kind === 'numeric-id' && 'id' in data) data['id'] = 1_571_524_923;
  if (kind === 'no-meta') delete answer['meta'];
  if (kind === 'no-links') {
    delete answer['links'];
    delete data['links'];
  }
  if (kind === 'no-confirmed-timeout') delete stats['confirmed-timeout'];
  if (kind === 'stats-off-by-one' && 'harmless' in stats) stats['harmless'] = Number(stats['harmless']) + 1;
  if (kind === 'unknown-category' && engines[0] !== undefined) engines[0]['category'] = 'undecided-by-committee';
  if (kind === 'null-engine-version') for (const engine of engines) engine['engine_version'] = null;
  // As recorded for a crafted archive.
  if (kind === 'huge-number' && 'attributes' in data) attributes['bundle_info'] = { uncompressed_size: 3.3e21 };
}

/** The object itself when it is one, so that changes reach it; otherwise one that nobody looks at. */
function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
