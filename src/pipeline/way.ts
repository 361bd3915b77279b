import type { Reason } from '../domain/verdict.js';
import { ApiError, AppError, ArtifactError } from '../errors.js';
import type { ScanKey, StoredScan } from '../ports.js';
import type { Resolution, Subject } from './subject.js';

/** Thrown to leave the way of one subject with what it got. */
export class Settled extends Error {
  readonly resolution: Resolution;
  constructor(resolution: Resolution) {
    super('settled');
    this.resolution = resolution;
  }
}

/** Thrown when the store has news of the subject, from another process or an attempt before: begin again with that. */
export class StartOver extends Error {}

/** The store's key of a subject; a hash that is a file's is looked up like the file. */
export function keyOf(subject: Subject): ScanKey {
  return { kind: subject.kind === 'url' ? 'url' : 'file', id: subject.id };
}

export function answered(stored: StoredScan, source: Resolution['source']): Resolution {
  return { stored, source };
}

export function missing(code: string, args: Reason['args'] = {}): Resolution {
  return { stored: null, source: 'none', missing: { code, args } };
}

/** Failures that end one artifact. A refused key, the store or Ctrl-C end the run. */
export function isLocal(error: AppError): boolean {
  return error instanceof ArtifactError || (error instanceof ApiError && error.exit === 'incomplete');
}

export function failed(error: AppError): Resolution {
  return {
    stored: null,
    source: 'none',
    missing: {
      code: error instanceof ArtifactError ? 'artifact-failed' : 'service-failed',
      args: { code: error.code },
    },
    error: { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) },
  };
}
