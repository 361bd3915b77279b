import type { CheckResult } from '../domain/document.js';
import { UsageError } from '../errors.js';
import type { Io } from './io.js';

/**
 * The result of the newest check in the user's store.
 *
 * @throws UsageError `CONFIG_USAGE` when there is none; StoreError
 */
export async function loadLastResult(io: Io): Promise<CheckResult> {
  const { withUserStore } = await import('../compose.js');
  const result = await withUserStore(io, (store) => store.lastResult());
  if (result !== null) return result;
  throw new UsageError('CONFIG_USAGE', 'nothing has been checked yet', {
    hint: 'run absolve check first, or give a result document: absolve report --from result.json',
  });
}
