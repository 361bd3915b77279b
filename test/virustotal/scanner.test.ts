import { onTestFinished } from 'vitest';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { startSimulator } from '../../src/simulate/server.js';
import { ANALYSIS_MS, scannerContract } from '../contract/scanner.js';
import { MemoryService } from '../support/memory-service.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { TEST_KEY } from '../support/service.js';
import { scannerAt } from './support.js';

scannerContract('the client on a socket', async ({ known }) => {
  const clock = new VirtualClock();
  const simulator = await startSimulator({
    rate: null,
    keys: [TEST_KEY],
    analysisMs: ANALYSIS_MS,
    now: () => clock.now(),
    scenario: parseScenario({ schemaVersion: 1, known: [known] }),
  });
  onTestFinished(() => simulator.close());
  return {
    scanner: scannerAt(new URL(simulator.url).origin),
    pass: (durationMs) => clock.pass(durationMs),
  };
});

scannerContract('the service in memory', async ({ known }) => {
  const clock = new VirtualClock();
  return {
    scanner: new MemoryService({ clock, known: [known], analysisMs: () => ANALYSIS_MS }),
    pass: (durationMs) => clock.pass(durationMs),
  };
});
