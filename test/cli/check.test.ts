import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/document.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { runCli } from '../support/cli.js';
import { programBytes, writeTree } from '../support/programs.js';
import { FAST_FLAGS, startService } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const result = (stdout: string): CheckResult => JSON.parse(stdout) as CheckResult;
const check = (...args: readonly string[]) => ['check', ...FAST_FLAGS, ...args];

describe('absolve check', () => {
  it('spends one request on a known file and three on an unknown one', async () => {
    const folder = tempFolder();
    const known = programBytes('known');
    writeTree(folder, { 'dist/known.exe': known, 'dist/new.exe': programBytes('new'), 'dist/notes.txt': 'no program' });
    const { env, simulator } = await startService(folder, {
      scenario: parseScenario({ schemaVersion: 1, known: [sha256(known)] }),
    });
    const { code, stdout } = await runCli(check('--upload', '--json', 'dist'), { cwd: folder, env });
    const document = result(stdout);
    expect(document.artifacts.map(({ name, verdict, source }) => [name, verdict, source])).toEqual([
      ['known.exe', 'clean', 'lookup'],
      ['new.exe', 'clean', 'upload'],
    ]);
    expect(document.requests).toEqual({ total: 4, lookups: 2, uploads: 1, polls: 1, rescans: 0, other: 0, refused: 0 });
    expect(simulator.log).toHaveLength(4);
    expect(code).toBe(0);
  });

  it('asks nothing the second time, and says that the answers are from the store', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a') });
    const { env, simulator } = await startService(folder);
    await runCli(check('--upload', 'a.exe'), { cwd: folder, env });
    const before = simulator.log.length;
    const { stdout, code } = await runCli(['check', '--json', 'a.exe'], {
      cwd: folder,
      env: { ...env, VT_API_KEY: '' },
    });
    expect(result(stdout).artifacts[0]).toMatchObject({ verdict: 'clean', source: 'cache' });
    expect(result(stdout).requests.total).toBe(0);
    expect(simulator.log).toHaveLength(before);
    expect(code).toBe(0);
  });

  it('checks the same content once, under all its names', async () => {
    const folder = tempFolder();
    const bytes = programBytes('twin');
    writeTree(folder, { 'b/setup.exe': bytes, 'a/copy of setup.exe': bytes });
    const { env, simulator } = await startService(folder);
    const { stdout } = await runCli(check('--upload', '--json', '.', sha256(bytes)), { cwd: folder, env });
    expect(result(stdout).artifacts).toMatchObject([
      { kind: 'file', name: 'copy of setup.exe', paths: ['a/copy of setup.exe', 'b/setup.exe'] },
    ]);
    expect(simulator.uploads).toHaveLength(1);
  });

  it('uploads nothing unasked: the artifact ends undecided, with the hint', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a') });
    const { env, simulator } = await startService(folder);
    const { code, stdout } = await runCli(check('a.exe'), { cwd: folder, env });
    expect(code).toBe(3);
    expect(stdout).toMatch(/undecided .* a\.exe/);
    expect(stdout).toMatch(/run again with --upload/);
    expect(simulator.uploads).toHaveLength(0);
  });

  it('asks once per run on a terminal, and takes no for an answer', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a'), 'b.exe': programBytes('b') });
    const { env, simulator } = await startService(folder);
    const no = await runCli(check('.'), { cwd: folder, env, typed: '\n' });
    expect(no.code).toBe(3);
    expect(no.stderr.match(/Upload\? \[y\/N\]/g)).toHaveLength(1);
    const yes = await runCli(check('.'), { cwd: folder, env, typed: 'y\n' });
    expect(yes.code).toBe(0);
    expect(simulator.uploads).toHaveLength(2);
  });

  it('says who flags what, with which label, and fails', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'flagged.exe': programBytes('flagged') });
    const { env } = await startService(folder, {
      scenario: parseScenario({
        schemaVersion: 1,
        rules: [
          {
            match: { name: 'flagged*' },
            detections: [
              { engine: 'Bkav', category: 'malicious', label: 'W64.AIDetectMalware' },
              { engine: 'MaxSecure', category: 'malicious', label: 'Trojan.Malware.300983.susgen' },
            ],
          },
        ],
      }),
    });
    const { code, stdout } = await runCli(check('--upload', 'flagged.exe'), { cwd: folder, env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/unproven +2\/\d+ +flagged\.exe/);
    expect(stdout).toMatch(/W64\.AIDetectMalware .*Bkav/);
    expect(stdout).toMatch(/Trojan\.Malware\.300983\.susgen .*MaxSecure/);
    expect(stdout).toContain('https://www.virustotal.com/gui/file/');
    const ignored = await runCli(check('--fail-on', 'never', 'flagged.exe'), { cwd: folder, env });
    expect(ignored.code).toBe(0);
  });

  it('uploads over 32 MB through the upload URL, which costs one more request', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'large.exe': programBytes('large', 33 * 1024 * 1024) });
    const { env } = await startService(folder);
    const { stdout } = await runCli(check('--upload', '--json', 'large.exe'), { cwd: folder, env });
    expect(result(stdout).requests).toMatchObject({ total: 4, other: 1 });
    expect(result(stdout).artifacts[0]?.verdict).toBe('clean');
  });

  it('reads targets from standard input, one a line', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'with space.exe': programBytes('a'), 'größe ♥.exe': programBytes('b') });
    const { env } = await startService(folder);
    const { stdout } = await runCli(check('--upload', '--json', '-'), {
      cwd: folder,
      env,
      stdin: '"with space.exe"\r\ngröße ♥.exe\n\n# a comment\n',
    });
    expect(result(stdout).artifacts.map(({ name }) => name)).toEqual(['größe ♥.exe', 'with space.exe']);
  });

  it('rescans known artifacts and waits for the new analysis, not the old report', async () => {
    const folder = tempFolder();
    const bytes = programBytes('known');
    writeTree(folder, { 'known.exe': bytes });
    const { env } = await startService(folder, {
      scenario: parseScenario({ schemaVersion: 1, known: [sha256(bytes)] }),
    });
    const first = result((await runCli(check('--json', 'known.exe'), { cwd: folder, env })).stdout);
    const again = result((await runCli(check('--rescan', '--json', 'known.exe'), { cwd: folder, env })).stdout);
    expect(again.requests).toMatchObject({ lookups: 0, rescans: 1, polls: 1 });
    expect(again.artifacts[0]?.source).toBe('rescan');
    expect(Date.parse(again.artifacts[0]?.analysedAt ?? '')).toBeGreaterThan(
      Date.parse(first.artifacts[0]?.analysedAt ?? ''),
    );
  });

  it('leaves submissions to a later run with --no-wait', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a') });
    const { env, simulator } = await startService(folder);
    const first = await runCli(check('--upload', '--no-wait', 'a.exe'), { cwd: folder, env });
    expect(first.code).toBe(3);
    expect(first.stdout).toMatch(/run the same command again/);
    const second = await runCli(check('--json', 'a.exe'), { cwd: folder, env });
    expect(result(second.stdout)).toMatchObject({ outcome: 'pass', requests: { total: 1, polls: 1 } });
    expect(simulator.uploads).toHaveLength(1);
  });

  it('writes every wanted format to its file, and data alone to standard output', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a') });
    const { env } = await startService(folder);
    const { stdout, stderr } = await runCli(
      check('--upload', '--json', '--output', 'text=out.txt', '--output', 'json=out.json', 'a.exe'),
      {
        cwd: folder,
        env,
      },
    );
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(join(folder, 'out.json'), 'utf8')).toBe(stdout);
    expect(readFileSync(join(folder, 'out.txt'), 'utf8')).toMatch(/^pass: 1 artifact/m);
    expect(stderr).toMatch(/1 artifact, 1 to 3 requests at 20\/200ms/);
  });
});
