import { describe, expect, it } from 'vitest';
import { MemoryService } from '../support/memory-service.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { fileTarget, memoryStore, playCheck, shaOf } from './play.js';

async function known(wire = { durationMs: 0, countedAt: 0 }) {
  const clock = new VirtualClock();
  const scanner = new MemoryService({ clock, known: [shaOf('a')], wire: () => wire });
  const store = await memoryStore(clock);
  const run = (rescan: boolean) =>
    clock.run(playCheck({ targets: [fileTarget('a')], scanner, store, clock, resolve: { rescan } }));
  return { clock, scanner, store, run };
}

describe('a rescan', () => {
  it('of what was never looked up is sent after the look-up: its report is no news', async () => {
    const { run, scanner } = await known();
    const { requests, artifacts } = await run(true);
    expect(scanner.calls.map(({ method }) => method)).toEqual(['lookupFile', 'rescanFile', 'getAnalysis']);
    expect(requests).toMatchObject({ total: 3, lookups: 1, rescans: 1, polls: 1 });
    expect(artifacts[0]).toMatchObject({ source: 'rescan', verdict: 'clean' });
  });

  it('of what was looked up before needs no look-up', async () => {
    const { run, scanner } = await known({ durationMs: 200, countedAt: 0.5 });
    await run(false);
    await run(true);
    expect(scanner.calls.map(({ method }) => method)).toEqual(['lookupFile', 'rescanFile', 'getAnalysis']);
  });
});
