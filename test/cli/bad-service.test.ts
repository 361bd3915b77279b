import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulate/server.js';
import { closedPort } from '../support/http-server.js';
import { ledgerTotal } from '../support/ledger.js';
import { programBytes } from '../support/programs.js';
import { check, document, known, sha256, times, world } from './world.js';

describe('a quota that is used up', () => {
  it.each([
    ['--daily', 'day', /T00:00:00Z$/],
    ['--monthly', 'month', /-01T00:00:00Z$/],
  ])('by our own ledger (%s): what can be answered is, the rest says when', async (flag, window, until) => {
    const { run, names, simulator } = await world(4, { scenario: known(['a.exe', 'b.exe', 'c.exe', 'd.exe']) });
    const args = ['--rate', '20/20ms', '--daily', '1000', '--monthly', '1000', flag, '2', '--json', ...names];
    const result = await run(['check', ...args]);
    const { artifacts, outcome } = document(result);
    expect(artifacts.filter(({ verdict }) => verdict === 'clean')).toHaveLength(2);
    const open = artifacts.filter(({ verdict }) => verdict === 'undecided');
    expect(open).toHaveLength(2);
    for (const { reasons } of open) {
      expect(reasons).toEqual([{ code: `quota-${window}`, args: { until: expect.stringMatching(until) as string } }]);
    }
    expect([outcome, result.code]).toEqual(['incomplete', 3]);
    expect(simulator.log).toHaveLength(2);
    const text = await run(['check', ...args.filter((word) => word !== '--json')]);
    expect(text.stdout).toMatch(new RegExp(`the ${window}’s quota is used up; run again after 20\\d\\d-`));
    expect(text.stdout).toMatch(/next: run the same command again when the quota has been reset/);
  });

  it('elsewhere with the same key: found out, said, and not asked on and on', async () => {
    const { run, names, simulator } = await world(6, {
      scenario: known(['a.exe', 'b.exe', 'c.exe', 'd.exe', 'e.exe', 'f.exe']),
      dailyLimit: 2,
    });
    const result = await run(check('--json', '--concurrency', '2', ...names));
    const { artifacts, requests } = document(result);
    expect(artifacts.filter(({ verdict }) => verdict === 'clean')).toHaveLength(2);
    expect(artifacts.flatMap(({ reasons }) => reasons.map(({ code }) => code))).toContain('quota-day');
    expect(artifacts.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(requests.refused).toBeGreaterThanOrEqual(2);
    expect(simulator.log.length).toBeLessThanOrEqual(10);
    expect(result.code).toBe(3);
  });

  it('lets free requests through: what was uploaded is still waited for', async () => {
    const { run, names } = await world(2);
    const result = await run([
      'check',
      '--rate',
      '20/20ms',
      '--daily',
      '2',
      '--monthly',
      '99',
      '--upload',
      '--json',
      ...names,
    ]);
    expect(document(result).artifacts.map(({ verdict }) => verdict)).toEqual(['clean', 'clean']);
    expect(result.code).toBe(0);
  });
});

describe('answers that fail', () => {
  const KINDS = [
    '429',
    'too-many-requests',
    '502',
    '503',
    '504',
    '424',
    'reset',
    'cut',
    'truncated',
    'html',
    'invalid-json',
    'empty',
  ] as const;
  const STEPS: readonly Pick<Fault, 'route' | 'method'>[] = [
    { method: 'GET', route: '/files/{id}' },
    { method: 'POST', route: '/files' },
    { method: 'GET', route: '/analyses/{id}' },
  ];

  it.each(KINDS)('(%s) once at each step are tried again; the ledger holds every request', async (kind) => {
    const faults = STEPS.map((step) => ({ ...step, kind, nth: 1, durationMs: 1 }));
    const { run, simulator, storePath } = await world(1, { faults });
    const result = await run(check('--upload', '--json', 'a.exe'));
    const { artifacts, requests } = document(result);
    expect(artifacts).toMatchObject([{ verdict: 'clean' }]);
    expect(artifacts[0]?.error).toBeUndefined();
    expect(result.code).toBe(0);
    // An upload that took effect is found by a look-up, and not sent again.
    expect(simulator.log.length).toBeGreaterThanOrEqual(5);
    expect(requests.total).toBe(simulator.log.length);
    expect(await ledgerTotal(storePath)).toBe(simulator.log.length);
    expect(simulator.uploads.filter(({ accepted }) => accepted)).toHaveLength(1);
  });

  it.each(['503', 'reset', 'html', 'empty'] as const)(
    '(%s) for ever are the error of that artifact alone, after a bounded number of tries',
    async (kind) => {
      const { run, simulator, storePath } = await world(2, {
        scenario: known(['b.exe']),
        faults: [{ kind, subject: sha256(programBytes('a.exe')) }],
      });
      const result = await run(check('--upload', '--json', '.'));
      const { artifacts } = document(result);
      expect(artifacts).toMatchObject([
        {
          name: 'a.exe',
          verdict: 'undecided',
          error: { code: expect.stringMatching(/^API_(UNAVAILABLE|PROTOCOL)$/) as string },
        },
        { name: 'b.exe', verdict: 'clean' },
      ]);
      expect(artifacts[0]?.reasons).toMatchObject([{ code: 'service-failed' }]);
      expect(result.code).toBe(3);
      expect(simulator.log).toHaveLength(7);
      expect(simulator.uploads).toEqual([]);
      expect(await ledgerTotal(storePath)).toBe(7);
    },
  );

  it('never make an upload of what may be known: neither a 404 page nor an HTML page is "unknown"', async () => {
    const { run, simulator } = await world(1, { faults: [{ kind: 'html', method: 'GET' }] });
    await run(check('--upload', 'a.exe'));
    expect(simulator.uploads).toEqual([]);
  });

  it('end with the time limit, and say so', async () => {
    const { run } = await world(1, { faults: [{ kind: '503' }] });
    const result = await run([...check('--json', '--timeout', '80ms'), 'a.exe']);
    expect(document(result).artifacts).toMatchObject([{ verdict: 'undecided' }]);
    expect(result.code).toBe(3);
  });
});

describe('a network that is cut', () => {
  it('ends in bounded time, says why, and has cost nothing', async () => {
    const { run, storePath } = await world(6);
    const env = { ABSOLVE_VT_URL: `http://127.0.0.1:${await closedPort()}/api/v3` };
    const result = await run(check('--upload', '.'), env);
    expect(result.code).toBe(3);
    expect(result.stdout).toMatch(/VirusTotal cannot be reached: .*ECONNREFUSED.* \[API_UNAVAILABLE\]/);
    expect(times(result.stdout, /cannot be reached/g)).toBe(1);
    expect(times(result.stdout, /error: the same as above \[API_UNAVAILABLE\]/g)).toBe(5);
    expect(result.stdout).toMatch(/HTTPS_PROXY/);
    expect(result.stdout).toMatch(/no request needed|0 requests/);
    expect(await ledgerTotal(storePath)).toBe(0);
  });

  it('in the middle of a run keeps what was answered', async () => {
    const { run, names } = await world(3, { scenario: known(['a.exe']) });
    await run(check('a.exe'));
    const env = { ABSOLVE_VT_URL: `http://127.0.0.1:${await closedPort()}/api/v3` };
    const { artifacts } = document(await run(check('--json', ...names), env));
    expect(artifacts.map(({ verdict }) => verdict)).toEqual(['clean', 'undecided', 'undecided']);
  });
});
