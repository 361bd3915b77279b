import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CaseList } from '../../src/compose-cases.js';
import { reportSchema } from '../../src/vendor-reports/report-schema.js';
import type { ReportDocument } from '../../src/vendor-reports/report-document.js';
import { runCli, type CliOptions } from '../support/cli.js';
import { readMail, readMailWithPython } from '../support/mail.js';
import { MAIL_PASSWORD, MAIL_USER, startMailServer, type TestMailServer } from '../support/mail-server.js';
import { start } from '../support/program.js';
import { releaseFolder } from '../support/release-folder.js';
import { tempFolder } from '../support/temp.js';

const FROM = 'security@example.com';

/** A checked release, a real mail server, and a config that names it. */
async function office(engines: readonly string[] = ['Bkav', 'Microsoft'], smtp: object = {}) {
  const server = await startMailServer();
  const folder = releaseFolder({}, engines);
  writeConfig(folder, server, smtp);
  const env = { ABSOLVE_STORE: join(folder, 'absolve.db'), ABSOLVE_SMTP_PASSWORD: MAIL_PASSWORD };
  const report = (args: readonly string[] = ['--yes'], options: Partial<CliOptions> = {}) =>
    runCli(['report', '--from', 'result.json', '--send', ...args], { cwd: folder, env, ...options });
  const cases = async (): Promise<CaseList['cases']> =>
    (JSON.parse((await runCli(['cases', '--json'], { cwd: folder, env })).stdout) as CaseList).cases;
  const mark = (...args: readonly string[]) => runCli(['cases', 'mark', ...args], { cwd: folder, env });
  const draft = (vendor = 'bkav-corporation'): string => join(folder, 'absolve-report', vendor, 'message.eml');
  return { server, folder, env, report, cases, mark, draft };
}

function writeConfig(folder: string, { settings }: TestMailServer, members: object): void {
  const { host, port, security, ca } = settings;
  writeFileSync(join(folder, 'ca.pem'), ca ?? '');
  const smtp = { host, port, security, user: MAIL_USER, from: FROM, ca: 'ca.pem', rate: '1000/s', ...members };
  writeFileSync(join(folder, 'absolve.config.jsonc'), JSON.stringify({ smtp }));
}

describe('absolve report --send', () => {
  it('sends the drafts to vendors that take e-mail, once, and follows what it sent', async () => {
    const { server, folder, report, cases } = await office();
    const { code, stdout, stderr } = await report();
    expect(stderr).toContain('1. Bkav Corporation: fpreport@bkav.com');
    expect(stderr).toContain('Microsoft: By hand: the vendor takes reports by a form.');
    expect(stdout).toContain('2 reports written, 1 sent. Open absolve-report/index.html');
    expect(code).toBe(0);
    expect(server.received).toMatchObject([
      { from: FROM, to: ['fpreport@bkav.com'], isEncrypted: true, user: MAIL_USER },
    ]);
    const { headers, parts, defects } = readMailWithPython(server.received[0]!.content);
    expect(Object.fromEntries(headers)).toMatchObject({ From: FROM, To: 'fpreport@bkav.com' });
    expect(headers.map(([name]) => name)).not.toContain('X-Unsent');
    expect(parts.map(({ name }) => name)).toEqual([null, null, 'samples.7z']);
    expect(defects).toEqual([]);
    expect((await cases()).map(({ vendor, state }) => [vendor, state])).toEqual([
      ['Bkav', 'reported'],
      ['Microsoft', 'open'],
    ]);
    const page = readFileSync(join(folder, 'absolve-report/index.html'), 'utf8');
    expect(page).toContain('Sent to fpreport@bkav.com at ');
    expect(page).toContain('1 message sent');

    const again = await report();
    expect(again.stderr + again.stdout).toContain('was reported to Bkav on ');
    expect(again.code).toBe(0);
    expect(server.received).toHaveLength(1);
  });

  it('asks a person once, after the list, and takes everything but yes for no', async () => {
    const { server, report, cases } = await office();
    const declined = await report([], { typed: 'n\r' });
    expect(declined.stderr).toMatch(/1\. Bkav[\s\S]*Send this message\? \[y\/N\]/);
    expect(declined.stdout).toContain('nothing sent');
    expect([declined.code, server.connections()]).toEqual([0, 0]);
    expect((await cases())[0]).toMatchObject({ state: 'open' });
    const agreed = await report([], { typed: 'y\r' });
    expect(agreed.code).toBe(0);
    expect(server.received).toHaveLength(1);
  });

  it('writes and sends nothing where there is nobody to ask', async () => {
    const { folder, server, report } = await office();
    const { code, stderr } = await report([]);
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    expect(existsSync(join(folder, 'absolve-report'))).toBe(false);
    expect(server.connections()).toBe(0);
  });

  it('sends a draft as a person left it, to whom that person named', async () => {
    const { server, folder, env, report, draft } = await office();
    await runCli(['report', '--from', 'result.json'], { cwd: folder, env });
    const edited = readFileSync(draft(), 'utf8')
      .replace(/^To: .*$/m, 'To: analyst@bkav.example\r')
      .replace('Hello', 'Dear analyst');
    writeFileSync(draft(), edited);
    const { stderr } = await report();
    expect(stderr).toContain('analyst@bkav.example');
    expect(server.received).toMatchObject([{ to: ['analyst@bkav.example'] }]);
    expect(readFileSync(draft(), 'utf8')).toBe(edited);
  });

  it('does not send a draft that was edited for another check', async () => {
    const { server, folder, env, report, draft, cases } = await office();
    await runCli(['report', '--from', 'result.json'], { cwd: folder, env });
    writeFileSync(draft(), readFileSync(draft(), 'utf8').replace('Hello', 'Dear analyst'));
    const result = readFileSync(join(folder, 'result.json'), 'utf8');
    writeFileSync(join(folder, 'result.json'), result.replaceAll('Gen:Variant.Tedy.1', 'Gen:Variant.Tedy.2'));
    const { stderr, code } = await report();
    expect(stderr).toContain('Bkav Corporation: By hand: you edited a draft of an earlier check');
    expect(code).toBe(0);
    expect(server.received).toEqual([]);
    expect((await cases())[0]).toMatchObject({ state: 'open' });
  });

  it('holds a licensee back while its upstream flags, and sends to it when it is named', async () => {
    const { server, report } = await office(['BitDefender', 'VIPRE', 'Bkav']);
    const { stderr } = await report();
    expect(stderr).toContain('VIPRE Security: Held back: runs the engine of Bitdefender');
    expect(server.received.map(({ to }) => to[0])).toEqual(['fpreport@bkav.com']);
    await report(['--yes', '--vendor', 'VIPRE']);
    expect(server.received.map(({ to }) => to[0])).toEqual(['fpreport@bkav.com', 'productsupport@vipre.com']);
  });

  it('goes on after one refusal, ends with status 5, and tries that one again', async () => {
    const { server, report, cases } = await office(['Bkav', 'MaxSecure', 'VIPRE']);
    server.moods('take', 550);
    const { code, stdout, stderr } = await report();
    expect(code).toBe(5);
    expect(stdout).toMatch(/Refused for .*: 550 .*no such mailbox/);
    expect(stderr).toContain('error: 1 message is not known to be sent [REPORT_SEND]');
    expect(server.received).toHaveLength(2);
    expect((await cases()).filter(({ state }) => state === 'reported')).toHaveLength(2);
    expect(await report()).toMatchObject({ code: 0 });
    expect(server.received).toHaveLength(3);
  });

  it('does not send again what may have arrived, until a person says so', async () => {
    const { server, report, cases, mark } = await office(['Bkav']);
    server.moods('cut-late');
    const { code, stdout } = await report();
    expect(code).toBe(5);
    expect(stdout).toContain('It is unclear whether fpreport@bkav.com got it');
    const again = await report();
    expect(again.stderr).toContain('nothing left to send');
    expect(again.stderr).toContain('is unclear: look into the mailbox');
    const [unclear] = await cases();
    expect(unclear).toMatchObject({ state: 'open', nextStep: { kind: 'confirm' } });
    expect((await mark(unclear!.id, 'open')).code).toBe(0);
    expect(await report()).toMatchObject({ code: 0 });
    expect(server.received).toHaveLength(1);
  });

  it('killed while the server has not answered, knows that it is unclear and sends nothing again', async () => {
    const { server, folder, env, report, cases } = await office(['Bkav']);
    server.moods('silent');
    const complete = server.content();
    const { child, done } = start(['report', '--from', 'result.json', '--send', '--yes'], { cwd: folder, env });
    await complete;
    child.kill('SIGKILL');
    expect((await done).signal).toBe('SIGKILL');
    const again = await report();
    expect(again.stderr).toContain('nothing left to send');
    expect((await cases())[0]).toMatchObject({ state: 'open', nextStep: { kind: 'confirm' } });
    expect(server.connections()).toBe(1);
  });

  it('says once that the login is refused, keeps the drafts, and shows no password anywhere', async () => {
    const { server, folder, env, report, cases, draft } = await office(['Bkav', 'MaxSecure']);
    const wrong = { ...env, ABSOLVE_SMTP_PASSWORD: 'not the right secret' };
    const { code, stdout, stderr } = await report(['--yes', '--verbose'], { env: wrong });
    expect(code).toBe(2);
    const plain = await report(['--yes'], { env: wrong });
    expect(plain.code).toBe(5);
    expect(plain.stderr.match(/refused the login/g)).toHaveLength(1);
    expect(`${stdout}${stderr}${plain.stdout}${plain.stderr}`).not.toContain('not the right secret');
    for (const file of ['absolve.db', 'absolve.db-wal', 'absolve-report/report.json', 'absolve-report/index.html']) {
      const path = join(folder, file);
      if (existsSync(path)) expect(readFileSync(path, 'latin1'), file).not.toContain('not the right secret');
    }
    expect(existsSync(draft())).toBe(true);
    expect((await cases()).map(({ state }) => state)).toEqual(['open', 'open']);
    expect(await report()).toMatchObject({ code: 0 });
    expect(server.received).toHaveLength(2);
  });

  it('prints what became of each as JSON, and keeps it in the folder', async () => {
    const { folder, report } = await office();
    const { stdout } = await report(['--yes', '--json']);
    const document = JSON.parse(stdout) as ReportDocument;
    expect(reportSchema.safeParse(document).error).toBeUndefined();
    expect(document.vendors.map(({ vendor, delivery }) => [vendor, delivery?.state])).toEqual([
      ['Bkav Corporation', 'sent'],
      ['Microsoft', 'by-hand'],
    ]);
    expect(JSON.parse(readFileSync(join(folder, 'absolve-report/report.json'), 'utf8'))).toEqual(document);
  });

  it('leaves out what a person reported, and says when', async () => {
    const { server, folder, env, report, mark } = await office(['Bkav', 'MaxSecure']);
    await report([], { typed: 'n\r' });
    const marked = await mark('reported', '--vendor', 'bkav', '--ticket', '4711');
    expect(marked.stdout).toContain('reported');
    const { stdout } = await report();
    expect(stdout).toContain('was reported to Bkav on ');
    expect(stdout).toContain(', ticket 4711.');
    expect(server.received.map(({ to }) => to[0])).not.toContain('fpreport@bkav.com');
    // Without --send a person gets all of it, and is told.
    writeFileSync(join(folder, 'absolve.config.jsonc'), '{}');
    const plain = await runCli(['report', '--from', 'result.json', '--out', 'all'], { cwd: folder, env });
    expect(plain.stdout).toContain('2 reports written, nothing sent');
  });

  it.each([
    ['no mail server', {}, [], /no mail server is configured/],
    ['--force', undefined, ['--force'], /--send does not go with --force/],
  ])('refuses %s before it writes anything', async (_what, config, more, message) => {
    const { folder, report } = await office();
    if (config !== undefined) writeFileSync(join(folder, 'absolve.config.jsonc'), JSON.stringify(config));
    const { code, stderr } = await report(['--yes', ...more]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, 'absolve-report'))).toBe(false);
  });

  it('refuses a login without a password, and takes one from a file', async () => {
    const { server, folder, env, report } = await office();
    const { ABSOLVE_SMTP_PASSWORD: _, ...without } = env;
    const refused = await report(['--yes'], { env: without });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('ABSOLVE_SMTP_PASSWORD_FILE');
    writeFileSync(join(folder, 'secret'), `${MAIL_PASSWORD}\n`);
    await report(['--yes'], { env: { ...without, ABSOLVE_SMTP_PASSWORD_FILE: 'secret' } });
    expect(server.received).toHaveLength(1);
  });

  it('refuses --yes without --send', async () => {
    const { code, stderr } = await runCli(['report', '--from', 'x', '--yes'], { cwd: tempFolder() });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--yes agrees to what --send asks')]);
  });

  it('leaves to a person a draft that names no sender', async () => {
    const { server, folder, report } = await office(['Bkav']);
    writeConfig(folder, server, { from: undefined });
    const { code, stderr } = await report();
    expect(code).toBe(0);
    expect(stderr).toContain('the draft names no sender; give smtp.from');
    expect(server.connections()).toBe(0);
  });

  it('carries hostile names to the vendor as text, and nowhere else', async () => {
    const name = 'a\r\nBcc: victim@example.org\r\n\r\nbody\u202egpj.exe';
    const server = await startMailServer();
    const folder = releaseFolder({ name }, ['Bkav']);
    writeConfig(folder, server, {});
    const env = { ABSOLVE_STORE: join(folder, 'absolve.db'), ABSOLVE_SMTP_PASSWORD: MAIL_PASSWORD };
    const { code, stderr } = await runCli(['report', '--from', 'result.json', '--send', '--yes'], { cwd: folder, env });
    expect(code).toBe(0);
    // oxlint-disable-next-line no-control-regex -- what a terminal would obey
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(server.received).toMatchObject([{ to: ['fpreport@bkav.com'] }]);
    const mail = await readMail(server.received[0]!.content);
    expect(mail.bcc ?? []).toEqual([]);
    expect(mail.text).toContain('1. a Bcc: victim@example.org body\\u{202e}gpj.exe');
  });
});

describe('the config of a mail server', () => {
  it.each([
    [{ host: 'smtp.example.com', security: 'none' }, /smtp\.security: "none" is for a server on this machine/],
    [{ host: 'a b' }, /smtp\.host: not a host name/],
    [{ host: 'smtp.example.com', password: 'x' }, /smtp.*password/],
    [{ host: 'smtp.example.com', port: 0 }, /smtp\.port/],
    [{ host: 'smtp.example.com', from: 'nobody' }, /smtp\.from/],
    [{ host: 'smtp.example.com', rate: 'often' }, /smtp\.rate: not a rate/],
  ])('%j is refused, with what is wrong', async (smtp, message) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'absolve.config.jsonc'), JSON.stringify({ smtp }));
    const { code, stderr } = await runCli(['report', '--send'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
