import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/cli.js';
import { start } from '../support/program.js';
import { tempFolder } from '../support/temp.js';

it('the demo goes from the check to cleared cases in under 10 s, says that it is simulated, and needs no key', async () => {
  const startedAt = performance.now();
  const folder = tempFolder();
  const { code, stdout, stderr } = await start(['demo'], { cwd: folder, env: {} }).done;
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^SIMULATED: /);
  expect(stdout).toMatch(/clean .*http:\/\/127\.0\.0\.1:\d+\/download\/latest/);
  expect(stdout).toMatch(/\d+\/\d+ +setup-unsigned\.exe/);
  expect(stdout).toMatch(/Bkav/);
  expect(stdout).toMatch(/\d reports written, nothing sent/);
  expect(stderr).toContain('Open absolve-demo/index.html');
  expect(readFileSync(join(folder, 'absolve-demo/index.html'), 'utf8')).toContain('setup-signed.exe');
  expect(stdout).toMatch(/not flagged once +[0-9a-f]{8} +setup-signed\.exe +Bitdefender/);
  // The last list of cases: one vendor flags it still, three have withdrawn.
  const last = stdout.slice(stdout.lastIndexOf('\nid '));
  expect(last.match(/^[0-9a-f]{8} +cleared/gm)).toHaveLength(3);
  expect(last).toMatch(/open .* SecureAge Technology/);
});

it('the demo leaves its reports behind, nothing else, and takes nothing from the environment', async () => {
  const folder = tempFolder();
  const store = `${folder}/must-not-appear.db`;
  const { code } = await runCli(['demo', '--out', 'shown'], {
    cwd: folder,
    env: { ABSOLVE_STORE: store, ABSOLVE_CONFIG: `${folder}/none.jsonc`, HTTP_PROXY: 'http://127.0.0.1:9' },
  });
  expect(code).toBe(0);
  expect(readdirSync(folder)).toEqual(['shown']);
});
