import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { openUserStore } from '../../../src/compose.js';
import type { CheckResult } from '../../../src/domain/document.js';
import { reportSchema } from '../../../src/vendor-reports/report-schema.js';
import { runCli, type CliResult } from '../../support/cli.js';
import { readMail } from '../../support/mail.js';
import { start } from '../../support/program.js';
import { releaseFolder, writeResult } from '../../support/release-folder.js';
import { checked, falsePositive } from '../../support/reports.js';
import { tempFolder } from '../../support/temp.js';

const report = (folder: string, ...args: string[]): Promise<CliResult> =>
  runCli(['report', '--from', 'result.json', ...args], {
    cwd: folder,
    env: { ABSOLVE_STORE: join(folder, 'absolve.db') },
  });

describe('absolve report', () => {
  it('writes the folder, with what the file itself tells and the product profile that its name speaks for', async () => {
    const folder = releaseFolder();
    const { code, stdout } = await report(folder, '--out', 'fp');
    expect(code).toBe(0);
    expect(stdout).toContain('2 reports written, nothing sent. Open fp/index.html');
    expect(stdout).toContain('1. Bkav Corporation: fpreport@bkav.com');
    const mail = await readMail(readFileSync(join(folder, 'fp/bkav-corporation/message.eml')));
    for (const fact of [
      'MailStore Software GmbH',
      'Version: 4.2.0.0',
      'MD5: ',
      'Signed by: CN=Example Software GmbH',
      'Timestamp: 20',
    ]) {
      expect(mail.text).toContain(fact);
    }
    expect(mail.attachments).toHaveLength(1);
  });

  it('takes the product that the check was about', async () => {
    const folder = releaseFolder({ name: 'odd.exe' });
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as CheckResult;
    await report(folder, '--out', 'before');
    writeResult(folder, { ...result, product: 'mailstore' });
    await report(folder, '--out', 'after');
    const textIn = (out: string): string => readFileSync(join(folder, out, 'index.html'), 'utf8');
    expect(textIn('before')).toContain('False positives of your software');
    expect(textIn('after')).toContain('False positives of MailStore');
  });

  it('lists what is missing to the user', async () => {
    const { stdout } = await report(releaseFolder());
    expect(stdout).toMatch(/Missing facts[\s\S]*your name[\s\S]*since when it is published/);
  });

  it('prints report.json, valid by its schema', async () => {
    const folder = releaseFolder();
    const { stdout } = await report(folder, '--json');
    const document: unknown = JSON.parse(stdout);
    expect(reportSchema.safeParse(document).error).toBeUndefined();
    expect(JSON.parse(readFileSync(join(folder, 'absolve-report/report.json'), 'utf8'))).toEqual(document);
  });

  it('takes the result from standard input', async () => {
    const folder = releaseFolder();
    const stdin = readFileSync(join(folder, 'result.json'), 'utf8');
    const { code } = await runCli(['report', '--from', '-'], { cwd: folder, stdin });
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'absolve-report/index.html'))).toBe(true);
  });

  it('works from the newest check in the store', async () => {
    const folder = releaseFolder();
    const env = { ABSOLVE_STORE: join(folder, 'absolve.db') };
    const owner = { hostname: 'test', pid: process.pid, isAlive: () => true };
    const { signal } = new AbortController();
    const surroundings = { cwd: folder, platform: process.platform, stdin: Readable.from([]), signal };
    const store = await openUserStore({ env, ...surroundings, ...owner });
    await store.saveResult(checked([falsePositive(['Microsoft'])]));
    await store.saveResult(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as CheckResult);
    await store.close();
    const { code, stdout } = await runCli(['report'], { cwd: folder, env });
    expect(code).toBe(0);
    expect(stdout).toContain('2 reports written');
  });

  it('says so when nothing has been checked yet', async () => {
    const folder = tempFolder();
    const { code, stderr } = await runCli(['report'], {
      cwd: folder,
      env: { ABSOLVE_STORE: join(folder, 'absolve.db') },
    });
    expect(code).toBe(2);
    expect(stderr).toContain('absolve check');
  });

  it('narrows to a vendor by an older name, writes German, makes no samples', async () => {
    const folder = releaseFolder({}, ['Comodo', 'Bkav']);
    await report(folder, '--vendor', 'comodo', '--lang', 'de', '--no-samples');
    const folders = readdirSync(join(folder, 'absolve-report'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.map(({ name }) => name)).toEqual(['xcitium-was-comodo']);
    expect(readdirSync(join(folder, 'absolve-report/xcitium-was-comodo'))).not.toContain('samples.zip');
    expect(
      (await readMail(readFileSync(join(folder, 'absolve-report/xcitium-was-comodo/message.eml')))).text,
    ).toContain('Guten Tag');
  });

  it('refuses a vendor that nobody is', async () => {
    const { code, stderr } = await report(releaseFolder(), '--vendor', 'Nobody At All');
    expect(code).toBe(2);
    expect(stderr).toContain('nobody is called "Nobody At All"');
  });

  it('writes nothing about what is no likely false positive, unless forced', async () => {
    const folder = releaseFolder({ verdict: 'needs-review' });
    const without = await report(folder);
    expect(without).toMatchObject({ code: 0, stdout: '' });
    expect(without.stderr).toContain('nothing to report');
    expect(without.stderr).toContain('needs-review');
    expect(existsSync(join(folder, 'absolve-report'))).toBe(false);
    const forced = await report(folder, '--force');
    expect(forced.stdout).toContain('Forced: the verdict');
    const mail = await readMail(readFileSync(join(folder, 'absolve-report/bkav-corporation/message.eml')));
    expect(mail.text).not.toMatch(/forced|needs-review/i);
  });

  it('never hands over a tampered file, also when forced', async () => {
    const folder = releaseFolder({ verdict: 'tampered' });
    const { stdout } = await report(folder, '--force');
    expect(stdout).toContain('never handed over');
    expect(readdirSync(join(folder, 'absolve-report/bkav-corporation'))).toEqual(['message.eml']);
  });

  it('does the rest when the file is gone or has changed', async () => {
    const gone = releaseFolder();
    rmSync(join(gone, 'dist/setup.exe'));
    expect(await report(gone)).toMatchObject({ code: 0 });
    expect(readFileSync(join(gone, 'absolve-report/index.html'), 'utf8')).toContain('is not on this machine');
    const changed = releaseFolder();
    writeFileSync(join(changed, 'dist/setup.exe'), 'another build');
    const { code, stdout } = await report(changed);
    expect(code).toBe(0);
    expect(stdout).toContain('changed since it was checked');
    expect(existsSync(join(changed, 'absolve-report/bkav-corporation/samples.7z'))).toBe(false);
  });

  it('is the same bytes twice, drafts and archives included', async () => {
    const folder = releaseFolder();
    await report(folder, '--out', 'one');
    await report(folder, '--out', 'two');
    const files = (readdirSync(join(folder, 'one'), { recursive: true }) as string[]).filter((path) =>
      statSync(join(folder, 'one', path)).isFile(),
    );
    for (const path of files) {
      expect(readFileSync(join(folder, 'two', path)).equals(readFileSync(join(folder, 'one', path)))).toBe(true);
    }
  });

  it.each([
    ['no JSON', '{', /is not JSON/],
    ['another document', '{"schemaVersion": 1, "files": []}', /is no result of a check: .*artifacts/],
    ['a wrong digest', JSON.stringify(checked([falsePositive(['Bkav'], { sha256: 'x' })])), /artifacts\.0\.sha256/],
  ])('refuses a result that is %s', async (_what, text, message) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'result.json'), text);
    const { code, stderr } = await report(folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('ends with status 5 when the folder cannot be written', async () => {
    const folder = releaseFolder();
    writeFileSync(join(folder, 'taken'), 'a file');
    chmodSync(join(folder, 'taken'), 0o444);
    const { code, stderr } = await report(folder, '--out', 'taken');
    expect(code).toBe(5);
    expect(stderr).toContain('[REPORT_UNWRITABLE]');
    expect(stderr).toContain('hint: ');
  });

  it('ends with status 2 for a template with an unknown field', async () => {
    const folder = releaseFolder();
    mkdirSync(join(folder, 'own/en'), { recursive: true });
    writeFileSync(join(folder, 'own/en/subject.txt'), '{{porduct}}');
    const { code, stderr } = await report(folder, '--templates', 'own');
    expect(code).toBe(2);
    expect(stderr).toMatch(/subject\.txt, line 1: unknown field "porduct"; known here: artifacts, /);
  });

  it('ends with status 2 for a folder of templates that is not there', async () => {
    const { code, stderr } = await report(releaseFolder(), '--templates', 'nowhere');
    expect(code).toBe(2);
    expect(stderr).toContain('[CONFIG_TEMPLATE]');
  });

  it('opens the page in the browser that the system starts, and does without one', async () => {
    const folder = releaseFolder();
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    writeFileSync(join(tools, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$1" > '${folder}/opened'\n`, { mode: 0o755 });
    const open = (path: string) =>
      start(['report', '--from', 'result.json', '--open'], {
        cwd: folder,
        env: { PATH: path, ABSOLVE_STORE: ':memory:' },
      });
    const withBrowser = await open(`${tools}:/usr/bin:/bin`).done;
    expect(withBrowser.code).toBe(0);
    // The browser is not waited for.
    await vi.waitFor(() =>
      expect(readFileSync(join(folder, 'opened'), 'utf8')).toMatch(/absolve-report\/index\.html$/),
    );
    const without = await open(join(folder, 'empty')).done;
    expect(without.code).toBe(0);
    expect(without.stderr).toContain('no browser could be started here: open absolve-report/index.html yourself');
  });

  it('takes the addresses of a user', async () => {
    const folder = releaseFolder();
    writeFileSync(
      join(folder, 'mine.json'),
      JSON.stringify([{ engine: 'Bkav', channel: { emails: ['us@bkav.example'] } }]),
    );
    await report(folder, '--vendors', 'mine.json');
    const mail = await readMail(readFileSync(join(folder, 'absolve-report/bkav-corporation/message.eml')));
    expect(mail.to?.map(({ address }) => address)).toEqual(['us@bkav.example']);
  });
});
