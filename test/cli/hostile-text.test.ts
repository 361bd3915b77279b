import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/document.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { runCli, type CliResult } from '../support/cli.js';
import { always, startHttp } from '../support/http-server.js';
import { programBytes, writeTree } from '../support/programs.js';
import { FAST_FLAGS, startService, TEST_KEY } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

/** Clears a screen, sets a title, colours, turns the direction of writing, breaks lines, and a CSI in one character. */
const EVIL = '\u001b[2J\u001b]0;owned\u0007\u001b[31m\u202egpj.\u2066\u009b31m\u0085\u2028\u200b';
/** The same without what no file system or command line takes. */
const EVIL_NAME = `${EVIL}\n::error::fake\r.exe`;

// oxlint-disable-next-line no-control-regex -- these are what must not come out
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

function expectHarmless({ stdout, stderr }: CliResult): void {
  expect(stdout).not.toMatch(RAW);
  expect(stderr).not.toMatch(RAW);
  // A file name that ends a line could give orders to a CI system in the next.
  for (const line of `${stdout}\n${stderr}`.split('\n')) expect(line).not.toMatch(/^::/);
}

const check = (...args: readonly string[]) => ['check', ...FAST_FLAGS, ...args];
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('hostile text reaches neither terminal nor log', () => {
  it.each<readonly string[]>([[], ['--verbose'], ['--json']])(
    'from file names and labels, with %j',
    async (...flags) => {
      const folder = tempFolder();
      const bytes = programBytes('flagged');
      writeTree(folder, { [EVIL_NAME]: bytes });
      const { env } = await startService(folder, {
        scenario: parseScenario({
          schemaVersion: 1,
          rules: [
            {
              match: { sha256: sha256(bytes) },
              detections: [
                { engine: `Bad${EVIL}`, category: 'malicious', label: `Trojan${EVIL}`, engineVersion: EVIL },
              ],
            },
          ],
        }),
      });
      const result = await runCli(check('--upload', ...flags, '.'), { cwd: folder, env });
      expect(result.code).toBe(1);
      expectHarmless(result);
      if (flags.includes('--json')) {
        // Escaped, and not changed: a program still finds the file by its name.
        expect((JSON.parse(result.stdout) as CheckResult).artifacts[0]?.paths).toEqual([EVIL_NAME]);
      } else expect(result.stdout).toContain('\\u{1b}');
    },
  );

  it('from files that are written with --output', async () => {
    const folder = tempFolder();
    writeTree(folder, { [EVIL_NAME]: programBytes('a') });
    const { env } = await startService(folder);
    await runCli(check('--upload', '--output', 'text=out.txt', '--output', 'json=out.json', '.'), { cwd: folder, env });
    for (const name of ['out.txt', 'out.json']) expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(RAW);
  });

  it('from targets that lead nowhere, options, config keys and store paths', async () => {
    const folder = tempFolder();
    const { env } = await startService(folder);
    const run = async (argv: readonly string[], more: Record<string, string> = {}) => {
      const result = await runCli(argv, { cwd: folder, env: { ...env, ...more } });
      expect(result.code).toBeGreaterThan(0);
      expectHarmless(result);
    };
    writeTree(folder, {
      'a.exe': programBytes('a'),
      'bad.jsonc': JSON.stringify({ [EVIL]: 1 }),
      'worse.jsonc': `{${EVIL}`,
    });
    await run(check(EVIL));
    await run(check(`ftp://${EVIL}`));
    await run(check('-'));
    await run(['check', '--rate', EVIL, 'a.exe']);
    await run(['check', `--${EVIL}`, 'a.exe']);
    await run(['check', '--output', `${EVIL}=x`, 'a.exe']);
    await run([EVIL]);
    await run(check('a.exe'), { ABSOLVE_CONFIG: 'bad.jsonc' });
    await run(check('a.exe'), { ABSOLVE_CONFIG: 'worse.jsonc' });
    await run(check('a.exe'), { ABSOLVE_CONFIG: `${EVIL}.jsonc` });
    await run(check('a.exe'), { ABSOLVE_STORE: `/dev/null/${EVIL}` });
    await run(check('a.exe'), { VT_API_KEY: '', ABSOLVE_API_KEY_FILE: EVIL });
    await run(check('a.exe'), { ABSOLVE_VT_URL: EVIL });
  });

  it('from messages of the service, with and without envelope', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a') });
    for (const [status, body] of [
      [400, JSON.stringify({ error: { code: `Bad${EVIL}`, message: EVIL } })],
      [401, JSON.stringify({ error: { code: 'WrongCredentialsError', message: `${EVIL}${TEST_KEY}` } })],
      [403, EVIL],
      [200, EVIL],
      [200, JSON.stringify({ data: { type: EVIL, id: EVIL, attributes: { [EVIL]: EVIL } } })],
      [404, EVIL],
    ] as const) {
      const { url } = await startHttp(always(status, body));
      const env = { ABSOLVE_VT_URL: `${url}/api/v3`, VT_API_KEY: TEST_KEY, ABSOLVE_STORE: join(folder, 'absolve.db') };
      for (const flags of [[], ['--json'], ['--verbose']]) {
        const argv = [
          'check',
          '--rate',
          '20/5ms',
          '--daily',
          '999',
          '--monthly',
          '999',
          '--no-upload',
          ...flags,
          'a.exe',
        ];
        const result = await runCli(argv, { cwd: folder, env });
        expect(result.code).toBeGreaterThan(0);
        expectHarmless(result);
        expect(result.stdout + result.stderr).not.toContain(TEST_KEY);
      }
    }
  });

  it('from URLs, redirects and the names and pages of downloads', async () => {
    const folder = tempFolder();
    const { env } = await startService(folder);
    const { url } = await startHttp((request, response) => {
      const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(EVIL)}.exe`;
      if (request.url === '/file') {
        response.writeHead(200, { 'content-disposition': disposition }).end(programBytes('d'));
      } else if (request.url === '/page') {
        response.writeHead(200, { 'content-type': 'text/html' }).end(`<!DOCTYPE html><html>${EVIL}`);
      } else if (request.url === '/gone') response.writeHead(404).end(EVIL);
      else response.writeHead(302, { location: `/gone?${encodeURIComponent(EVIL)}` }).end();
    });
    for (const flags of [[], ['--json']]) {
      const targets = [`${url}/file`, `${url}/page`, `${url}/gone`, `${url}/else`, `${url}/${EVIL}`];
      const result = await runCli(check('--upload', ...flags, ...targets), { cwd: folder, env });
      expectHarmless(result);
      expect(result.code).toBeGreaterThan(0);
    }
  });

  it('from what an earlier run has kept', async () => {
    const folder = tempFolder();
    writeTree(folder, { [EVIL_NAME]: programBytes('a') });
    const { env } = await startService(folder);
    await runCli(check('--upload', '--no-wait', '.'), { cwd: folder, env });
    expectHarmless(await runCli(check('--verbose', '.'), { cwd: folder, env }));
    expectHarmless(await runCli(['quota'], { cwd: folder, env }));
  });
});
