import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { DEMO_SCENARIO } from '../../src/demo/scenario.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { runCli } from '../support/cli.js';
import { FAST_RATE, startService } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

const README = new URL('../../README.md', import.meta.url);
const SAMPLES = new URL('../../fixtures/samples/', import.meta.url);
const PROFILE = new URL('../../fixtures/demo/example-archive.profile.json', import.meta.url);
const CONFIG = '{ "product": "./example-archive.profile.json", "roots": "./roots.pem" }';
const DIST = ['archive-signed.msi', 'hello-x64-tampered.exe', 'setup-signed.exe', 'setup-unsigned.exe'];
const BLOCK = /```console\n\$ absolve (.*)\n([^`]*)```/g;

/** What differs from run to run and says nothing: how old an entry is, what is left of a window of 200 ms. */
function normalise(text: string): string {
  return text
    .replaceAll(/\d+ months? ago/g, 'N months ago')
    .replaceAll(/^(window .*?) \d+ of/gm, '$1 N of')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

/**
 * Every `console` block is run, in order, on a copy of some samples against the stand-in, and its output compared. With
 * `UPDATE_README=1` the blocks are written anew instead.
 */
it('shows real commands with their real output', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'dist'));
  for (const name of DIST) copyFileSync(new URL(name, SAMPLES), join(folder, 'dist', name));
  copyFileSync(new URL('test-root.pem', SAMPLES), join(folder, 'roots.pem'));
  copyFileSync(PROFILE, join(folder, 'example-archive.profile.json'));
  writeFileSync(join(folder, 'absolve.config.jsonc'), CONFIG);
  const { env } = await startService(folder, { rate: FAST_RATE, scenario: parseScenario(DEMO_SCENARIO) });
  // The README's reader has set no limits; the stand-in tells its own.
  const readme = readFileSync(README, 'utf8');
  let updated = readme;
  const blocks = [...readme.matchAll(BLOCK)];
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  for (const [block, command = '', shown = ''] of blocks) {
    const limits = command.startsWith('check') ? ['--rate', '20/200ms', '--daily', '500', '--monthly', '15500'] : [];
    const { stdout } = await runCli([...command.split(' '), ...limits], { cwd: folder, env, columns: 100 });
    updated = updated.replace(block, `\`\`\`console\n$ absolve ${command}\n${stdout.trimEnd()}\n\`\`\``);
    if (process.env['UPDATE_README'] !== '1') expect(normalise(shown), command).toBe(normalise(stdout));
  }
  if (process.env['UPDATE_README'] === '1') writeFileSync(README, updated);
});

it('names only commands and options that exist', async () => {
  const words = readFileSync(README, 'utf8');
  const commands = new Set(
    [...words.matchAll(/absolve (check|inspect|quota|vendors|simulate|demo|report|init|cases|recheck)\b/g)].map(
      ([, name = '']) => name,
    ),
  );
  for (const name of commands) {
    const { code, stdout } = await runCli([name, '--help']);
    expect(code, name).toBe(0);
    for (const [, line = ''] of words.matchAll(new RegExp(`absolve ${name} ([^\`\\n]*)`, 'g'))) {
      for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(stdout, `${name} ${option}`).toContain(option);
    }
  }
});
