/**
 * What a failure does to the exit status of the command. One word per class, so that a new error code
 * needs no new number.
 */
export type ExitClass = 'policy' | 'usage' | 'incomplete' | 'api' | 'io' | 'bug' | 'interrupted';

/** Exit status per class; 0 is reserved for "pass". Scripts rely on these numbers. */
export const EXIT = {
  pass: 0,
  policy: 1,
  usage: 2,
  incomplete: 3,
  api: 4,
  io: 5,
  bug: 70,
  interrupted: 130,
} as const satisfies Record<'pass' | ExitClass, number>;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface AppErrorOptions {
  /** What the reader can do next, one sentence. */
  readonly hint?: string;
  /** The origin. Never an HTTP client's error: those carry the API key in their request headers. */
  readonly cause?: unknown;
}

/**
 * Base of every error that absolve raises on purpose. `code` is API (renaming one is a major version),
 * `message` says what happened, `hint` what to do next.
 */
export abstract class AppError extends Error {
  abstract readonly code: string;
  abstract readonly exit: ExitClass;
  readonly hint: string | undefined;

  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

export type UsageCode =
  | 'CONFIG_USAGE'
  | 'CONFIG_INVALID'
  | 'CONFIG_NO_KEY'
  | 'CONFIG_NO_TARGET'
  | 'CONFIG_PROFILE'
  | 'CONFIG_VENDORS'
  | 'CONFIG_TEMPLATE'
  | 'CONFIG_SCENARIO';

/** Wrong options, configuration or data files given by the user: nothing was done. */
export class UsageError extends AppError {
  readonly code: UsageCode;
  override readonly exit = 'usage' as const;
  constructor(code: UsageCode, message: string, options?: AppErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type ArtifactCode =
  | 'ARTIFACT_UNREADABLE'
  | 'ARTIFACT_CHANGED'
  | 'ARTIFACT_EMPTY'
  | 'ARTIFACT_NOT_A_FILE'
  | 'ARTIFACT_TOO_LARGE'
  | 'ARTIFACT_URL_INVALID'
  | 'ARTIFACT_DOWNLOAD'
  | 'ARTIFACT_NOT_BINARY'
  | 'ARTIFACT_TRUNCATED'
  | 'ARTIFACT_GONE';

/** One artifact cannot be worked on; the others go on. */
export class ArtifactError extends AppError {
  readonly code: ArtifactCode;
  override readonly exit = 'incomplete' as const;
  constructor(code: ArtifactCode, message: string, options?: AppErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type StoreCode = 'STORE_LOCKED' | 'STORE_CORRUPT' | 'STORE_NEWER' | 'STORE_FULL' | 'STORE_UNAVAILABLE';

/** The store cannot be used. It is never deleted or overwritten by the program. */
export class StoreError extends AppError {
  readonly code: StoreCode;
  override readonly exit = 'io' as const;
  constructor(code: StoreCode, message: string, options?: AppErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type ApiCode =
  | 'API_AUTH'
  | 'API_FORBIDDEN'
  | 'API_BAD_REQUEST'
  | 'API_RATE_LIMITED'
  | 'API_QUOTA_EXHAUSTED'
  | 'API_TOO_LARGE'
  | 'API_UNAVAILABLE'
  | 'API_PROTOCOL';

export interface ApiErrorOptions extends AppErrorOptions {
  /** HTTP status, when an answer came. */
  readonly status?: number;
  /** The service's own error name, when it gave one. */
  readonly serviceCode?: string;
  /** From `Retry-After`, milliseconds from the answer on. */
  readonly retryAfterMs?: number;
  /** Whether the same call may succeed later. Default: by code (`API_RATE_LIMITED`, `API_UNAVAILABLE`, `API_PROTOCOL`). */
  readonly retryable?: boolean;
  /** Whether a submission may have been accepted although no usable answer came: look before sending it again. */
  readonly ambiguous?: boolean;
  /** Whether it is certain that nothing reached the service: then it cost nothing. */
  readonly neverSent?: boolean;
}

const RETRYABLE_API_CODES: ReadonlySet<ApiCode> = new Set(['API_RATE_LIMITED', 'API_UNAVAILABLE', 'API_PROTOCOL']);

/** The service refused, failed or answered something that is no answer. Carries no request, no header and no key. */
export class ApiError extends AppError {
  readonly code: ApiCode;
  readonly exit: ExitClass;
  readonly status: number | undefined;
  readonly serviceCode: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean;
  readonly ambiguous: boolean;
  readonly neverSent: boolean;

  constructor(code: ApiCode, message: string, options: ApiErrorOptions = {}) {
    super(message, options);
    this.code = code;
    // A refused key ends the run; everything else ends one artifact.
    this.exit = code === 'API_AUTH' || code === 'API_FORBIDDEN' ? 'api' : 'incomplete';
    this.status = options.status;
    this.serviceCode = options.serviceCode;
    this.retryAfterMs = options.retryAfterMs;
    this.retryable = options.retryable ?? RETRYABLE_API_CODES.has(code);
    this.ambiguous = options.ambiguous ?? false;
    this.neverSent = options.neverSent ?? false;
  }
}

export type ReportCode = 'REPORT_UNWRITABLE' | 'REPORT_EXISTS' | 'REPORT_SEND' | 'REPORT_NOTHING';

/** A report could not be written or sent. */
export class ReportError extends AppError {
  readonly code: ReportCode;
  override readonly exit = 'io' as const;
  constructor(code: ReportCode, message: string, options?: AppErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Ctrl-C or a termination signal: what was done is kept, the next run goes on. */
export class InterruptedError extends AppError {
  override readonly code = 'INTERRUPTED' as const;
  override readonly exit = 'interrupted' as const;
}
