import { AppError, StoreError } from '../errors.js';

/** The typed error for whatever the driver threw; what is already ours passes. Nothing is ever deleted or repaired. */
export function toStoreError(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  const message = error instanceof Error ? error.message : String(error);
  const text = `${code} ${message}`;
  if (/SQLITE_(BUSY|LOCKED)|database is locked/i.test(text)) {
    return new StoreError('STORE_LOCKED', `the store ${path} is locked by another program`, {
      cause: error,
      hint: 'wait until the other program is done, or choose another store with ABSOLVE_STORE',
    });
  }
  if (/SQLITE_(CORRUPT|NOTADB)|malformed|not a database/i.test(text)) {
    return new StoreError('STORE_CORRUPT', `the store ${path} is not a usable database`, {
      cause: error,
      hint: 'it was left as it is; move it away to start with an empty one, or restore a copy',
    });
  }
  if (/SQLITE_FULL|ENOSPC|disk is full/i.test(text)) {
    return new StoreError('STORE_FULL', `no space left for the store ${path}`, {
      cause: error,
      hint: 'what was written before is intact; free some space and run again',
    });
  }
  return new StoreError('STORE_UNAVAILABLE', `the store ${path} cannot be used: ${message}`, {
    cause: error,
    hint: 'choose another file with ABSOLVE_STORE',
  });
}
