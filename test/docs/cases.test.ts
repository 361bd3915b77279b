import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { expect, it } from 'vitest';
import { serviceOf, writeProduct, type Said } from '../cli/case-support.js';
import { runCli } from '../support/cli.js';
import { FAST_FLAGS } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

const PAGE = new URL('../../docs/cases.md', import.meta.url);
const BLOCK = /```console\n\$ absolve (.*)\n([^`]*)```/g;

/** The service of each command that asks it, in order: how many days ago, and who says what then. */
const SERVICES: readonly (readonly [daysAgo: number, said: Said])[] = [
  [0, { Bkav: 'W32.AIDetectMalware', MaxSecure: 'Trojan.Malware.300983.susgen' }],
  [4, { MaxSecure: 'Trojan.Malware.300983.susgen' }],
  [2, { MaxSecure: 'Trojan.Malware.300983.susgen' }],
];

/** Days and times differ from run to run and say nothing. */
function normalise(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'YYYY-MM-DD')
    .replaceAll(/T\d\d:\d\d:\d\dZ/g, 'Thh:mm:ssZ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

/** Every `console` block is run, in order, and its output compared. With `UPDATE_README=1` they are written anew instead. */
it('The page on cases shows real commands with their real output', async () => {
  const folder = tempFolder();
  writeProduct(folder);
  const page = readFileSync(PAGE, 'utf8');
  const services = SERVICES[Symbol.iterator]();
  let updated = page;
  let env: Readonly<Record<string, string>> = {};
  const blocks = [...page.matchAll(BLOCK)];
  expect(blocks.length).toBeGreaterThanOrEqual(7);
  for (const [block, command = '', shown = ''] of blocks) {
    const asks = /^(?:check|recheck)/.test(command);
    if (asks) {
      const [daysAgo, said] = services.next().value ?? [0, {}];
      ({ env } = await serviceOf(folder, daysAgo, said));
    }
    const limits = asks ? FAST_FLAGS : [];
    const { stdout } = await runCli([...command.split(' '), ...limits], { cwd: folder, env, columns: 100 });
    // Only what says something else is written anew: days and times would change with every update.
    if (normalise(shown) === normalise(stdout)) continue;
    updated = updated.replace(block, `\`\`\`console\n$ absolve ${command}\n${stdout.trimEnd()}\n\`\`\``);
    if (process.env['UPDATE_README'] !== '1') expect(normalise(shown), command).toBe(normalise(stdout));
  }
  if (process.env['UPDATE_README'] === '1') writeFileSync(PAGE, updated);
});
