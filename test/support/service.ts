import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulate/server.js';

export const TEST_KEY = 'f00d'.repeat(16);

/** A rate that lets a test with a few dozen requests end in a second, and still has windows. */
export const FAST_RATE = { requests: 20, windowMs: 200 };

/** The flags that go with `FAST_RATE`; all three limits set, so that nothing is asked of the service first. */
export const FAST_FLAGS = ['--rate', '20/200ms', '--daily', '10000', '--monthly', '100000'] as const;

export interface Service {
  readonly simulator: Simulator;
  /** The environment that points a command at it, with a store in `folder`. */
  readonly env: Readonly<Record<string, string>>;
}

/** The stand-in for VirusTotal on a real socket, ended with the test. */
export async function startService(folder: string, options: SimulatorOptions = {}): Promise<Service> {
  const simulator = await startSimulator({
    rate: FAST_RATE,
    analysisMs: 50,
    dailyLimit: 10_000,
    monthlyLimit: 100_000,
    keys: [TEST_KEY],
    ...options,
  });
  onTestFinished(() => simulator.close());
  return {
    simulator,
    env: { ABSOLVE_VT_URL: simulator.url, VT_API_KEY: TEST_KEY, ABSOLVE_STORE: join(folder, 'absolve.db') },
  };
}
