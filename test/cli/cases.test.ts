import { describe, expect, it } from 'vitest';
import { tempFolder } from '../support/temp.js';
import { caseList, cases, checkProduct, recheck, serviceOf, SHA256, writeProduct } from './case-support.js';

/** A folder with one open case, and its id. */
async function opened() {
  const folder = tempFolder();
  writeProduct(folder);
  const { env } = await serviceOf(folder, 0, { Bkav: 'W32.AIDetectMalware' });
  await checkProduct({ folder, env });
  const [first] = (await caseList(folder)).cases;
  if (first === undefined) throw new Error('no case');
  return { folder, id: first.id };
}

describe('absolve cases', () => {
  it('says that there is none, in words and as data', async () => {
    const folder = tempFolder();
    expect(await cases(folder)).toMatchObject({ code: 0, stdout: 'no case\n' });
    expect(await caseList(folder)).toEqual({ schemaVersion: 1, cases: [], vendors: [] });
  });

  it('shows a case with what happened to it, by the first digits of its id', async () => {
    const { folder, id } = await opened();
    const { stdout, code } = await cases(folder, 'show', id.slice(0, 5).toUpperCase());
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^case ${id}\\nstate +open\\nvendor +Bkav Corporation\\n`));
    expect(stdout).toContain(SHA256);
    expect(stdout).toMatch(/next step +write to the vendor \(absolve report\), then: absolve cases mark/);
    expect(stdout).toMatch(/opened by the analysis of \d{4}-\d\d-\d\d \(check\)/);
  });

  it('narrows the list to a vendor and a state', async () => {
    const { folder, id } = await opened();
    expect((await cases(folder, '--vendor', 'bkav', '--state', 'open')).stdout).toContain(id);
    expect((await cases(folder, '--vendor', 'eset')).stdout).toBe('no case\n');
    expect((await cases(folder, '--state', 'cleared')).stdout).toBe('no case\n');
    expect((await cases(folder, '--state', 'lost')).code).toBe(2);
  });

  it('records what happened outside, up to the vendor’s time in the history', async () => {
    const { folder, id } = await opened();
    await cases(folder, 'mark', id, 'reported', '--ticket', '4711', '--note', 'by form');
    expect((await caseList(folder)).cases[0]).toMatchObject({
      state: 'reported',
      ticket: '4711',
      nextStep: { kind: 'wait' },
      events: [{ kind: 'opened' }, { kind: 'reported', origin: 'user', detail: { ticket: '4711', note: 'by form' } }],
    });
    await cases(folder, 'mark', id, 'cleared', '--note', 'they say so');
    const { stdout } = await cases(folder);
    expect(stdout).toMatch(/cleared .* none +Bkav Corporation/);
    expect(stdout).toMatch(/Bkav Corporation +1 cleared, 0 days from report to withdrawal/);
  });

  it('reminds of what was reported, once a day, and of nothing else', async () => {
    const { folder, id } = await opened();
    expect((await cases(folder, 'remind', id)).stderr).toMatch(/was not reported yet[^]*CONFIG_USAGE[^]*mark/);
    await cases(folder, 'mark', id, 'reported');
    const { stdout } = await cases(folder, 'remind', id);
    expect(stdout).toMatch(/^Subject: Reminder: False positive: setup\.exe \(Bkav: W32\.AIDetectMalware\)\n\nOn /);
    expect((await cases(folder, 'remind', id)).code).toBe(0);
    const [each] = (await caseList(folder)).cases;
    expect(each?.events.filter(({ kind }) => kind === 'reminded')).toHaveLength(1);
    expect(each?.lastReminderAt).toBeDefined();
    await cases(folder, 'mark', id, 'rejected');
    expect(await cases(folder, 'remind', id)).toMatchObject({ code: 2, stdout: '' });
  });

  it('does not remind of a file whose verdict turned worse', async () => {
    const { folder, id } = await opened();
    await cases(folder, 'mark', id, 'reported');
    const emotet = { Kaspersky: 'Trojan-Banker.Win32.Emotet.abc', Microsoft: 'Trojan:Win32/Emotet.A' };
    const { env } = await serviceOf(folder, 5, { Bkav: 'W32.AIDetectMalware', ...emotet });
    await recheck({ folder, env });
    const { code, stderr } = await cases(folder, 'remind', id);
    expect(code).toBe(2);
    expect(stderr).toMatch(/is needs-review by now/);
  });

  it('marks all cases of a vendor at once, because one message is about all of them', async () => {
    const folder = tempFolder();
    writeProduct(folder);
    const { env } = await serviceOf(folder, 0, { Bkav: 'W32.AIDetectMalware', MaxSecure: 'Trojan.Malware.1.susgen' });
    await checkProduct({ folder, env });
    const marked = await cases(folder, 'mark', 'reported', '--vendor', 'max secure', '--ticket', '4711');
    expect(marked.stdout).toMatch(/reported .* Max Secure Software/);
    expect((await caseList(folder)).cases.map(({ vendor, state, ticket }) => [vendor, state, ticket])).toEqual([
      ['Bkav Corporation', 'open', undefined],
      ['Max Secure Software', 'reported', '4711'],
    ]);
    expect((await cases(folder, 'mark', 'reported', '--vendor', 'a')).stderr).toMatch(
      /"a" means several vendors: Bkav Corporation, Max Secure Software/,
    );
    expect((await cases(folder, 'mark', 'reported', '--vendor', 'ESET')).stderr).toMatch(/no open or reported case/);
    expect((await cases(folder, 'mark', 'lost', '--vendor', 'bkav')).stderr).toMatch(/cannot be marked "lost"/);
    expect((await cases(folder, 'mark', 'open', '--vendor', 'max secure')).code).toBe(0);
    expect((await caseList(folder)).cases[1]).toMatchObject({ state: 'open', nextStep: { kind: 'report' } });
  });

  it('refuses to mark a case that went on as another, and names that', async () => {
    const { folder, id } = await opened();
    const { env } = await serviceOf(folder, 5, { Bkav: 'W64.AIDetectMalware' });
    await recheck({ folder, env });
    const next = (await caseList(folder)).cases[1]?.id ?? '';
    const { code, stderr } = await cases(folder, 'mark', id, 'reported');
    expect(code).toBe(2);
    expect(stderr).toContain(`it went on as ${next}`);
  });

  it('exports a table, or JSON', async () => {
    const { folder, id } = await opened();
    const { stdout } = await cases(folder, 'export', '--format', 'csv');
    expect(stdout.split('\r\n')).toHaveLength(3);
    expect(stdout).toContain(`\r\n${id},Bkav Corporation,open,report,`);
    expect(JSON.parse((await cases(folder, 'export', '--format', 'json')).stdout)).toEqual(await caseList(folder));
  });

  it.each([
    [['show', 'ffffffff'], /no case has the id "ffffffff"/],
    [['show', 'zz'], /no case has the id/],
    [['show'], /needs to know which one/],
    [['mark', '0000', 'lost'], /cannot be marked "lost"/],
    [['mark', '0000'], /cannot be marked ""/],
    [['fly'], /cases cannot "fly"/],
    [['open', 'other.exe'], /nothing that the last check found flagged/],
    [['open', 'setup.exe', '--vendor', 'ESET'], /no engine of "ESET" flags/],
  ])('refuses %j with exit status 2', async (args, message) => {
    const { folder } = await opened();
    const { code, stderr, stdout } = await cases(folder, ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('[CONFIG_USAGE]');
  });
});
