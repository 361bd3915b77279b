import { mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { runCli } from '../support/cli.js';
import { programBytes } from '../support/programs.js';
import { startService, TEST_KEY } from '../support/service.js';
import { tempFolder } from '../support/temp.js';
import { check, document, sha256, times, world } from './world.js';

describe('targets that lead nowhere', () => {
  it('are named, all of them, before anything is done: exit 2', async () => {
    const { run, simulator } = await world(1);
    const { code, stdout, stderr } = await run(check('a.exe', 'dist/*.exe', 'missing.msi'));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/dist\/\*\.exe/);
    expect(stderr).toMatch(/missing\.msi/);
    expect(stderr).toMatch(/\[CONFIG_NO_TARGET\]/);
    expect(stderr).not.toMatch(/a\.exe/);
    expect(simulator.log).toEqual([]);
  });

  it('are missing altogether: exit 2', async () => {
    const { run } = await world(0);
    const { code, stderr } = await run(['check']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/missing required argument 'target'/);
  });
});

describe('the API key', () => {
  it('that is missing ends with exit 2, where to get one and which variable to set', async () => {
    const { run, simulator } = await world(2);
    const { code, stdout, stderr } = await run(check('.'), { VT_API_KEY: '' });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(times(stderr, /error:/g)).toBe(1);
    expect(stderr).toMatch(/\[CONFIG_NO_KEY\]/);
    expect(stderr).toMatch(/hint: .*virustotal\.com.*VT_API_KEY/);
    expect(simulator.log).toEqual([]);
  });

  it('is not needed by what asks nothing', async () => {
    const { run } = await world(1);
    expect((await run(['inspect', 'a.exe'], { VT_API_KEY: '' })).code).toBe(0);
    expect((await run(['vendors', 'Bkav'], { VT_API_KEY: '' })).code).toBe(0);
    expect((await run(['--help'], { VT_API_KEY: '' })).code).toBe(0);
  });

  it.each(['first second', 'upper\nlower', '“quoted”', 'left\tright'])(
    '%j is a pasting accident, and not shown',
    async (key) => {
      const { run } = await world(1);
      const { code, stderr } = await run(check('a.exe'), { VT_API_KEY: key });
      expect(code).toBe(2);
      expect(stderr).toMatch(/white space or other characters .*\[CONFIG_NO_KEY\]/);
      expect(stderr).not.toContain(key.split(/\s/)[1] ?? key);
    },
  );

  it('is read from a file, its line break forgiven, and masked all the same', async () => {
    const { run, folder, simulator } = await world(1, { echoKey: true, keys: ['another'] });
    writeFileSync(join(folder, 'key.txt'), `${TEST_KEY}\r\n`);
    const env = { VT_API_KEY: '', ABSOLVE_API_KEY_FILE: join(folder, 'key.txt') };
    const { code, stderr } = await run(check('--verbose', 'a.exe'), env);
    expect(simulator.log).toHaveLength(1);
    expect(code).toBe(4);
    expect(stderr).not.toContain(TEST_KEY);
  });

  it('in a file that cannot be read names the file', async () => {
    const { run } = await world(1);
    const { code, stderr } = await run(check('a.exe'), { VT_API_KEY: '', ABSOLVE_API_KEY_FILE: '/no/such/file' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/\/no\/such\/file/);
  });

  it('that is wrong ends with exit 4, said once and not once per artifact', async () => {
    const { run } = await world(5, { keys: ['another'] });
    const { code, stdout, stderr } = await run(check('--upload', '.'));
    expect(code).toBe(4);
    expect(stdout).toBe('');
    expect(times(stderr, /error:/g)).toBe(1);
    expect(stderr).toMatch(/VirusTotal refuses the API key .*\[API_AUTH\]/);
    expect(stderr).toMatch(/hint: .*account page/);
  });

  it('without permission ends with exit 4, said once', async () => {
    const { run, simulator } = await world(5, { faults: [{ kind: '403', route: '/files', method: 'POST' }] });
    const { code, stderr } = await run(check('--upload', '--concurrency', '1', '.'));
    expect(code).toBe(4);
    expect(times(stderr, /error:/g)).toBe(1);
    expect(stderr).toMatch(/does not allow this call .*\[API_FORBIDDEN\]/);
    expect(stderr).toMatch(/hint: .*premium/);
    expect(simulator.log.filter(({ status }) => status === 403)).toHaveLength(1);
  });
});

describe('a file that cannot be checked is its own error, and the rest goes on', () => {
  it('empty, a link in a circle, a link to nowhere, a socket, a folder in itself', async () => {
    const { run, folder } = await world(1);
    writeFileSync(join(folder, 'empty.exe'), '');
    symlinkSync('circle.exe', join(folder, 'circle.exe'));
    symlinkSync('nowhere', join(folder, 'broken.exe'));
    mkdirSync(join(folder, 'deep'));
    symlinkSync('..', join(folder, 'deep/again'));
    const socket = createServer().listen(join(folder, 'socket.exe'));
    onTestFinished(() => void socket.close());
    const result = await run(check('--upload', '--json', '.'));
    const { artifacts, exitCode } = document(result);
    expect(artifacts.map(({ name, verdict, error }) => [name, verdict, error?.code])).toEqual([
      ['a.exe', 'clean', undefined],
      ['again', 'undecided', 'ARTIFACT_NOT_A_FILE'],
      ['broken.exe', 'undecided', 'ARTIFACT_GONE'],
      ['circle.exe', 'undecided', 'ARTIFACT_UNREADABLE'],
      ['empty.exe', 'undecided', 'ARTIFACT_EMPTY'],
      ['socket.exe', 'undecided', 'ARTIFACT_NOT_A_FILE'],
    ]);
    expect([exitCode, result.code]).toEqual([3, 3]);
    for (const { error } of artifacts.slice(1)) expect(error?.message).toMatch(/again|broken|circle|empty|socket/);
    const text = await run(check('.'));
    expect(text.stdout).toMatch(/error: .*empty\.exe is empty \[ARTIFACT_EMPTY\]/);
    expect(text.stdout).toMatch(/circle\.exe cannot be read \(a symbolic link that leads in a circle\)/);
  });

  it('changed between look-up and upload: nothing of it is published', async () => {
    const folder = tempFolder();
    const path = join(folder, 'a.exe');
    const { run, simulator } = await world(2, {
      onRequest: ({ method, subject }) => {
        if (method === 'GET' && subject === sha256(programBytes('changing'))) {
          writeFileSync(path, programBytes('changed!'));
        }
      },
    });
    writeFileSync(path, programBytes('changing'));
    const result = await run(check('--upload', '--json', path, '.'));
    const { artifacts } = document(result);
    expect(artifacts.find(({ paths }) => paths.includes(path))).toMatchObject({
      verdict: 'undecided',
      error: { code: 'ARTIFACT_CHANGED', hint: /run again/ },
    });
    expect(artifacts.filter(({ verdict }) => verdict === 'clean')).toHaveLength(2);
    expect(simulator.uploads).toHaveLength(2);
    expect(result.code).toBe(3);
  });

  it('over 650 MB: hashed and looked up, and undecided with the limit when the service does not know it', async () => {
    const { run, folder, simulator } = await world(0);
    const path = join(folder, 'huge.exe');
    writeFileSync(path, programBytes('huge'));
    truncateSync(path, 651_000_000);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const { stdout, code } = await run(check('--upload', 'huge.exe'));
    expect(code).toBe(3);
    expect(stdout).toMatch(/undecided .*huge\.exe/);
    expect(stdout).toMatch(/651 MB are more than VirusTotal takes \(650 MB\)/);
    expect(simulator.log.map(({ route }) => route)).toEqual(['/files/{id}']);
    const digest = simulator.log[0]?.subject ?? '';
    const knowing = await startService(folder, {
      rate: null,
      scenario: parseScenario({ schemaVersion: 1, known: [digest] }),
    });
    const again = await runCli(check('--json', '--max-age', '1ms', 'huge.exe'), { cwd: folder, env: knowing.env });
    expect(document(again).artifacts[0]).toMatchObject({ sha256: digest, verdict: 'clean', source: 'lookup' });
  });
});

describe('a config file', () => {
  const config = async (text: string) => {
    const { run, folder } = await world(1);
    writeFileSync(join(folder, 'absolve.config.jsonc'), text);
    return run(check('a.exe'));
  };

  it('with unknown and wrong keys ends with exit 2, every problem at once with its path', async () => {
    const { code, stderr } = await config(
      '{ "rate": "fast", "dayly": 3, "ignore": [{ "engine": "Bkav", "reason": "", "until": "soon" }], /* x */ "failOn": "bad" }',
    );
    expect(code).toBe(2);
    expect(times(stderr, /error:/g)).toBe(1);
    expect(stderr).toMatch(/\[CONFIG_INVALID\]/);
    expect(stderr).toMatch(/absolve\.config\.jsonc/);
    for (const part of ['rate: not a rate', 'dayly', 'ignore.0.reason', 'ignore.0.until: not a day', 'failOn']) {
      expect(stderr).toContain(part);
    }
  });

  it('that is no JSON, or is named and missing, says which file', async () => {
    expect(await config('{ rate: ')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is not JSON.*CONFIG_INVALID/) as string,
    });
    const { run } = await world(1);
    const named = await run(check('a.exe'), { ABSOLVE_CONFIG: 'nowhere.jsonc' });
    expect(named).toMatchObject({ code: 2, stderr: expect.stringMatching(/nowhere\.jsonc.*CONFIG_INVALID/) as string });
  });
});

describe('a command line that is wrong', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['an unknown command', ['chekc', 'a.exe'], /unknown command 'chekc'/],
    ['no command', [], /Usage: absolve/],
    ['an unknown option', ['check', '--uplaod', 'a.exe'], /unknown option '--uplaod'/],
    ['a rate that is none', ['check', '--rate', 'fast', 'a.exe'], /--rate got "fast"; wanted a rate such as 4\/min/],
    ['a rate of nothing', ['check', '--rate', '0/min', 'a.exe'], /--rate got "0\/min"/],
    ['a duration that is none', ['check', '--timeout', '5', 'a.exe'], /--timeout got "5"; wanted a duration/],
    ['a count that is none', ['check', '--daily', '-1', 'a.exe'], /--daily got "-1"; wanted a whole number/],
    ['too much at once', ['check', '--concurrency', '65', 'a.exe'], /from 1 to 64/],
    ['a verdict that is none', ['check', '--fail-on', 'maybe', 'a.exe'], /--fail-on got "maybe"; wanted likely-false/],
    ['a format that is none', ['check', '--output', 'pdf=x', 'a.exe'], /--output got "pdf=x"/],
    ['an option without its value', ['check', '--rate'], /argument missing/],
  ])('(%s) ends with exit 2 and nothing on standard output', async (_what, argv, message) => {
    const { run, simulator } = await world(1);
    const { code, stdout, stderr } = await run(argv);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(simulator.log).toEqual([]);
  });
});
