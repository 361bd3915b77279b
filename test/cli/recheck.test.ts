import type { CheckResult } from '../../src/domain/document.js';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { countResults } from '../../src/domain/scan.js';
import { InterruptedError } from '../../src/errors.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { openStore } from '../../src/store/open.js';
import { runCli } from '../support/cli.js';
import { programBytes, writeTree } from '../support/programs.js';
import { FAST_FLAGS, startService } from '../support/service.js';
import { tempFolder } from '../support/temp.js';
import { caseList, cases, checkProduct, recheck, serviceOf, SHA256, writeProduct, type Said } from './case-support.js';

const ML = 'W32.AIDetectMalware';

/** A product that a check found to be a likely false positive, ten days ago. */
async function opened(said: Said = { Bkav: ML }) {
  const folder = tempFolder();
  writeProduct(folder);
  const { env, simulator } = await serviceOf(folder, 0, said);
  const { code, stderr } = await checkProduct({ folder, env });
  if (code !== 1) throw new Error(stderr);
  return { folder, simulator, env };
}

describe('absolve check', () => {
  it('opens one case per vendor for a likely false positive, without a request of its own', async () => {
    const { folder, simulator, env } = await opened({ Bkav: ML, TrendMicro: 'T', 'TrendMicro-HouseCall': 'T' });
    const { cases: list } = await caseList(folder);
    expect(list.map(({ vendor, state, claims }) => [vendor, state, claims.length])).toEqual([
      ['Bkav Corporation', 'open', 1],
      ['Trend Micro', 'open', 2],
    ]);
    expect(list[0]).toMatchObject({ artifact: { id: SHA256, name: 'setup.exe' }, verdict: 'likely-false-positive' });
    expect(simulator.log).toHaveLength(1);
    await checkProduct({ folder, env });
    expect((await caseList(folder)).cases.map(({ events }) => events.length)).toEqual([1, 1]);
    expect(simulator.log).toHaveLength(1);
  });

  it('opens none without proof that the file is the publisher’s', async () => {
    const folder = tempFolder();
    writeProduct(folder);
    const { env } = await serviceOf(folder, 0, { Bkav: ML });
    await runCli(['check', ...FAST_FLAGS, 'setup.exe'], { cwd: folder, env });
    expect((await caseList(folder)).cases).toEqual([]);
    const { stdout } = await cases(folder, 'open', 'setup.exe');
    expect(stdout).toMatch(/open +0 days .* report +Bkav Corporation +setup\.exe/);
    expect((await caseList(folder)).cases).toMatchObject([{ verdict: 'unproven', events: [{ origin: 'user' }] }]);
  });

  it('clears cases by what it finds, like a recheck', async () => {
    const { folder } = await opened();
    for (const daysAgo of [5, 3]) {
      const { env } = await serviceOf(folder, daysAgo, {});
      expect((await checkProduct({ folder, env }, '--rescan')).code).toBe(0);
    }
    expect((await caseList(folder)).cases).toMatchObject([{ state: 'cleared', nextStep: { kind: 'none' } }]);
  });
});

describe('absolve recheck', () => {
  it('asks nothing and needs no key when there is no case', async () => {
    const folder = tempFolder();
    const { env, simulator } = await startService(folder);
    const { code, result } = await recheck({ folder, env: { ...env, VT_API_KEY: '' } });
    expect([code, result.outcome, result.changes]).toEqual([0, 'nothing-new', []]);
    expect(simulator.log).toHaveLength(0);
  });

  it('clears a case with the second analysis without the detection, two requests each, without the file', async () => {
    const { folder } = await opened();
    writeTree(folder, { 'setup.exe': 'gone' });
    const first = await serviceOf(folder, 5, {});
    const gone = await recheck({ folder, env: first.env });
    expect([gone.code, gone.changes]).toEqual([0, ['gone Bkav']]);
    expect(gone.result.requests).toMatchObject({ total: 2, rescans: 1, polls: 1 });
    expect(first.simulator.log).toHaveLength(2);
    const second = await serviceOf(folder, 3, {});
    const cleared = await recheck({ folder, env: second.env });
    expect([cleared.code, cleared.changes]).toEqual([0, ['cleared Bkav']]);
    const third = await serviceOf(folder, 1, {});
    expect((await recheck({ folder, env: third.env })).changes).toEqual([]);
    expect(third.simulator.log).toHaveLength(0);
  });

  it('does not take a time-out for an answer', async () => {
    const { folder } = await opened();
    for (const daysAgo of [7, 5, 3]) {
      const { env } = await serviceOf(folder, daysAgo, { Bkav: 'timeout' });
      expect((await recheck({ folder, env })).changes).toEqual(['unanswered Bkav']);
    }
    expect((await caseList(folder)).cases[0]).toMatchObject({ state: 'open', quietAt: [] });
  });

  it('counts anew when the detection comes back, and calls that no news', async () => {
    const { folder } = await opened();
    const seen: unknown[] = [];
    for (const [daysAgo, said] of [
      [8, {}],
      [6, { Bkav: ML }],
      [4, {}],
      [2, {}],
    ] as const) {
      const { env } = await serviceOf(folder, daysAgo, said);
      const { code, changes } = await recheck({ folder, env });
      seen.push([code, ...changes]);
    }
    expect(seen).toEqual([
      [0, 'gone Bkav'],
      [0, 'returned Bkav'],
      [0, 'gone Bkav'],
      [0, 'cleared Bkav'],
    ]);
  });

  it('fails when another vendor flags it, once, and opens the case', async () => {
    const { folder } = await opened();
    const { env } = await serviceOf(folder, 5, { Bkav: ML, MaxSecure: 'Trojan.Malware.300983.susgen' });
    const news = await recheck({ folder, env });
    expect([news.code, news.result.outcome, news.changes]).toEqual([1, 'new', ['new MaxSecure', 'unchanged Bkav']]);
    const later = await serviceOf(folder, 3, { Bkav: ML, MaxSecure: 'Trojan.Malware.300983.susgen' });
    const again = await recheck({ folder, env: later.env });
    expect([again.code, again.changes]).toEqual([0, ['unchanged Bkav', 'unchanged MaxSecure']]);
  });

  it('fails when the label changed: the case is superseded by one for the new label', async () => {
    const { folder } = await opened();
    const { env } = await serviceOf(folder, 5, { Bkav: 'W64.AIDetectMalware.CS' });
    const { code, changes, result } = await recheck({ folder, env });
    expect([code, changes]).toEqual([1, ['relabelled Bkav']]);
    const list = (await caseList(folder)).cases;
    expect(list.map(({ state }) => state)).toEqual(['superseded', 'open']);
    expect(result.changes[0]?.caseId).toBe(list[1]?.id);
    expect(list[1]?.predecessor).toBe(list[0]?.id);
  });

  it('opens no case for a named malware, and fails all the same, once', async () => {
    const { folder } = await opened();
    const emotet = { Bkav: ML, Kaspersky: 'Trojan-Banker.Win32.Emotet.abc', Microsoft: 'Trojan:Win32/Emotet.A' };
    const first = await serviceOf(folder, 5, emotet);
    const { code, result } = await recheck({ folder, env: first.env });
    expect(code).toBe(1);
    expect(
      result.changes.map(({ change, vendor, caseId, verdict }) => [change, vendor, caseId === undefined, verdict]),
    ).toEqual([
      ['new', 'Kaspersky', true, 'needs-review'],
      ['new', 'Microsoft', true, 'needs-review'],
      ['unchanged', 'Bkav Corporation', false, 'needs-review'],
    ]);
    expect((await caseList(folder)).cases.map(({ vendor, nextStep }) => [vendor, nextStep.kind])).toEqual([
      ['Bkav Corporation', 'review'],
    ]);
    const second = await serviceOf(folder, 3, emotet);
    expect((await recheck({ folder, env: second.env })).code).toBe(0);
  });

  it('asks nothing again within the gap', async () => {
    const { folder } = await opened();
    const { env, simulator } = await serviceOf(folder, 0, { Bkav: ML });
    expect((await recheck({ folder, env })).changes).toEqual(['unchanged Bkav']);
    const spent = simulator.log.length;
    const { code, result } = await recheck({ folder, env: { ...env, VT_API_KEY: '' } });
    expect([code, result.requests.total, simulator.log.length]).toEqual([0, 0, spent]);
  });

  it('follows an analysis that a run before got and could not follow any more, for no request', async () => {
    const { folder, env, simulator } = await opened();
    const store = await openStore({
      path: join(folder, 'absolve.db'),
      clock: systemClock,
      owner: { host: 'test', pid: 1, run: 'x', isAlive: () => false },
    });
    const results = [{ engine: 'Bkav', category: 'undetected', label: null }] as const;
    const now = Math.floor(Date.now() / 1000) * 1000;
    await store.saveScan(
      { kind: 'file', id: SHA256 },
      {
        scan: { kind: 'file', id: SHA256, analysedAt: now, results, stats: countResults(results), facts: {} },
        fetchedAt: Date.now(),
        source: 'rescan',
        full: true,
      },
    );
    await store.close();
    const spent = simulator.log.length;
    expect((await recheck({ folder, env })).changes).toEqual(['gone Bkav']);
    expect(simulator.log).toHaveLength(spent);
  });

  it('that is interrupted keeps what it has, and the next run asks for nothing twice', async () => {
    const { folder } = await opened();
    const controller = new AbortController();
    const { env, simulator } = await serviceOf(
      folder,
      5,
      {},
      {
        analysisMs: 1000,
        onRequest: ({ method }) => {
          if (method === 'POST') controller.abort(new InterruptedError('interrupted'));
        },
      },
    );
    const args = ['recheck', ...FAST_FLAGS, '--min-gap', '1h'];
    const cut = await runCli(args, { cwd: folder, env, signal: controller.signal });
    expect([cut.code, cut.stdout]).toEqual([130, '']);
    expect((await recheck({ folder, env })).changes).toEqual(['gone Bkav']);
    expect(simulator.log.filter(({ method, status }) => method === 'POST' && status === 200)).toHaveLength(1);
  });

  it('asks the longest unasked first when the quota is short', async () => {
    const folder = tempFolder();
    const files = ['a', 'b', 'c'].map((name) => programBytes(name));
    const hashes = files.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
    writeTree(folder, Object.fromEntries(files.map((bytes, index) => [`${index}.exe`, bytes])));
    writeTree(folder, { SHA256SUMS: hashes.map((hash, index) => `${hash}  ${index}.exe\n`).join('') });
    const detections = [{ engine: 'Bkav', category: 'malicious', label: ML }];
    const { env, simulator } = await startService(folder, {
      scenario: parseScenario({
        schemaVersion: 1,
        rules: hashes.map((sha256, index) => ({
          match: { sha256 },
          known: true,
          analysedAgo: `${[3, 9, 6][index]}d`,
          detections,
        })),
      }),
    });
    await runCli(['check', ...FAST_FLAGS, '--manifest', 'SHA256SUMS', '.'], { cwd: folder, env });
    const { code, result } = await recheck({ folder, env }, '--daily', '4', '--concurrency', '1');
    expect(code).toBe(3);
    expect(result.changes.map(({ change, artifact }) => [change, artifact.name])).toContainEqual(['unasked', '0.exe']);
    const rescans = simulator.log.filter(({ method }) => method === 'POST').map(({ subject }) => subject);
    expect(rescans).toEqual([hashes[1]]);
  });

  it('is incomplete when the quota is used up, says so, and goes on with the next run', async () => {
    const { folder } = await opened();
    const { env } = await serviceOf(folder, 5, {});
    const short = await recheck({ folder, env }, '--daily', '2');
    expect([short.code, short.changes]).toEqual([3, ['unasked Bkav']]);
    const { code, changes, result } = await recheck({ folder, env });
    expect([code, changes]).toEqual([0, ['gone Bkav']]);
    // The rescan of the first run is collected, not asked for again.
    expect(result.requests).toMatchObject({ rescans: 0, polls: 1 });
  });

  it('follows links too: "unrated" is what a list says of what it has taken off, a time-out is not', async () => {
    const folder = tempFolder();
    const url = 'https://downloads.example.com/setup.exe';
    const serviceSaying = (daysAgo: number, category: string) =>
      startService(folder, {
        now: () => Date.now() - daysAgo * 86_400_000,
        scenario: parseScenario({
          schemaVersion: 1,
          rules: [{ match: { url }, known: true, analysedAgo: '10d', detections: [{ engine: 'Fortinet', category }] }],
        }),
      });
    const { env } = await serviceSaying(0, 'malicious');
    await runCli(['check', ...FAST_FLAGS, '--no-download', url], { cwd: folder, env });
    await cases(folder, 'open', url);
    const seen: unknown[] = [];
    for (const [daysAgo, category] of [
      [8, 'timeout'],
      [6, 'undetected'],
      [4, 'harmless'],
    ] as const) {
      const service = await serviceSaying(daysAgo, category);
      seen.push(...(await recheck({ folder, env: service.env })).changes);
    }
    expect(seen).toEqual(['unanswered Fortinet', 'gone Fortinet', 'cleared Fortinet']);
    expect((await caseList(folder)).cases).toMatchObject([{ state: 'cleared', artifact: { kind: 'url', id: url } }]);
  });

  it('leaves the last check as what reports are written from', async () => {
    const { folder } = await opened();
    const { env } = await serviceOf(folder, 5, {});
    await recheck({ folder, env });
    const { code, stdout } = await cases(folder, 'open', 'setup.exe', '--json');
    expect(code).toBe(0);
    expect(stdout).toContain('"name": "setup.exe"');
  });

  it('shows what changed to a person', async () => {
    const { folder } = await opened();
    const { env } = await serviceOf(folder, 5, { MaxSecure: 'Trojan.Malware.300983.susgen' });
    const { stdout, code } = await runCli(['recheck', ...FAST_FLAGS, '--min-gap', '1h'], { cwd: folder, env });
    expect(code).toBe(1);
    expect(stdout.replaceAll(/[0-9a-f]{8}/g, 'caseid')).toBe(
      [
        'newly flagged     caseid  setup.exe  Max Secure Software',
        '                            MaxSecure: Trojan.Malware.300983.susgen',
        'not flagged once  caseid  setup.exe  Bkav Corporation',
        '                            Bkav: W32.AIDetectMalware',
        '',
        'new: 1 newly flagged, 1 not flagged once · 2 requests',
        'next: run "absolve check" on these files again, which asks nothing anew, then "absolve report"',
        '',
      ].join('\n'),
    );
    const again = JSON.parse((await checkProduct({ folder, env }, '--json')).stdout) as CheckResult;
    expect(again.requests.total).toBe(0);
    expect(again.vendors.map(({ vendor }) => vendor)).toEqual(['Max Secure Software']);
  });
});
