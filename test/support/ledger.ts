import { openStore } from '../../src/store/open.js';
import { TEST_KEY } from './service.js';

/** How many requests the store says were ever spent with the test key. */
export async function ledgerTotal(path: string): Promise<number> {
  const owner = { host: 'test', pid: 1, run: 'reader', isAlive: () => false };
  const store = await openStore({ path, clock: { now: Date.now }, owner });
  try {
    return (await store.ledgerOf(TEST_KEY).usage({ rate: { requests: 1, windowMs: 1 } })).total;
  } finally {
    await store.close();
  }
}
