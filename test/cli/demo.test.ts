import { expect, it } from 'vitest';
import { runCli } from '../support/cli.js';
import { start } from '../support/program.js';
import { tempFolder } from '../support/temp.js';

it('the demo checks samples and a download link in under 10 s, says that it is simulated, and needs no key', async () => {
  const startedAt = performance.now();
  const { code, stdout, stderr } = await start(['demo'], { cwd: tempFolder(), env: {} }).done;
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^SIMULATED: /);
  expect(stdout).toMatch(/clean .*http:\/\/127\.0\.0\.1:\d+\/download\/latest/);
  expect(stdout).toMatch(/\d+\/\d+ +setup-unsigned\.exe/);
  expect(stdout).toMatch(/Bkav/);
});

it('the demo leaves nothing behind and takes nothing from the environment', async () => {
  const folder = tempFolder();
  const store = `${folder}/must-not-appear.db`;
  const { code } = await runCli(['demo'], {
    cwd: folder,
    env: { ABSOLVE_STORE: store, ABSOLVE_CONFIG: `${folder}/none.jsonc`, HTTP_PROXY: 'http://127.0.0.1:9' },
  });
  expect(code).toBe(0);
  const { existsSync } = await import('node:fs');
  expect(existsSync(store)).toBe(false);
});
