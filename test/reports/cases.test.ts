import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance } from '../../src/domain/case-advance.js';
import { toCaseDocument } from '../../src/domain/case-document.js';
import { mark, remind } from '../../src/domain/case-mark.js';
import type { Case } from '../../src/domain/case.js';
import { renderReminder } from '../../src/reports/case-reminder.js';
import { csvField, renderCasesCsv } from '../../src/reports/cases-csv.js';
import { renderCase, renderCases } from '../../src/reports/cases-terminal.js';
import { plain } from '../../src/reports/style.js';
import { after, ARTIFACT, DAY_MS, identify, observe, T0 } from '../domain/case-support.js';

const LOOK = { columns: 100, paint: plain };
const NASTY = '=HYPERLINK("http://evil","x")\r\nBcc: a@b\u001b[2J\u202egpj.exe';

const reported = (each: Case, note?: string) =>
  mark(each, { to: 'reported', at: T0 + DAY_MS, origin: 'user', ticket: '4711', ...(note !== undefined && { note }) });
const document = (each: Case, now = T0 + 10 * DAY_MS) => toCaseDocument(each, [each], now);
const [opened] = after(observe(0, { Bkav: 'W32.AI' })) as [Case];
const nasty = after(observe(0, { [NASTY]: NASTY }, { artifact: { ...ARTIFACT, name: NASTY } })).map((each) =>
  mark(each, { to: 'reported', at: T0, origin: 'user', ticket: NASTY, note: NASTY }),
)[0]!;

/** Rows of an RFC 4180 text, read by the letter of it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let rest = text;
  let row: string[] = [];
  while (rest !== '') {
    const [whole = '', quoted, bare = '', end = ''] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? [];
    if (whole === '') throw new Error(`not CSV: ${rest.slice(0, 40)}`);
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push(row.splice(0));
    rest = rest.slice(whole.length);
  }
  return rows;
}

describe('the table for spreadsheets', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1'])('makes a text of the formula %j', (text) => {
    expect(csvField(text).replace(/^"/, '')[0]).toBe("'");
  });

  it('has one row per case that reads back, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const each = document(reported({ ...opened, vendor: text, artifact: { ...ARTIFACT, name: text } }, text));
        const [titles, row, ...more] = parseCsv(renderCasesCsv([each]));
        expect(more).toEqual([]);
        expect(row).toHaveLength(titles?.length ?? 0);
        for (const cell of row ?? []) expect(cell).not.toMatch(/^[\s]*[=+\-@\t\r]/);
        // oxlint-disable-next-line no-control-regex -- that is what must not be there
        expect(row?.join('')).not.toMatch(/[\u0000-\u001f]/);
      }),
    );
  });

  it('has what a reader sorts and filters by', () => {
    const [titles = [], row = []] = parseCsv(renderCasesCsv([document(reported(opened, 'said, "soon"'))]));
    const cells = Object.fromEntries(titles.map((title, index) => [title, row[index]]));
    expect(cells).toMatchObject({
      id: opened.id.slice(0, 8),
      state: 'reported',
      'next step': 'remind',
      'age in days': '9',
      reported: '2026-06-02T00:00:00Z',
      ticket: '4711',
      engines: 'Bkav',
      labels: 'W32.AI',
      'sha256 or URL': ARTIFACT.id,
      notes: 'said, "soon"',
    });
  });
});

describe('a reminder', () => {
  it('has the facts and the history, and nothing that is the user’s own', () => {
    const [quiet] = advance([reported(opened, 'they never answer')], observe(4, { Bkav: 'quiet' }), identify);
    const [back] = advance([quiet!], observe(6, { Bkav: 'W32.AI' }), identify);
    expect(renderReminder(document(remind(back!, T0 + 8 * DAY_MS))))
      .toBe(`Subject: Reminder: False positive: setup.exe (Bkav: W32.AI), ticket 4711

On 2026-06-02 we reported the detection below as a false positive.
The analysis of 2026-06-07T00:00:00Z still shows it.

File:          setup.exe
SHA-256:       ${ARTIFACT.id}
Size:          1000 bytes
Detection:     Bkav: W32.AI
Last detected: 2026-06-07T00:00:00Z (VirusTotal)
Ticket:        4711

What happened so far:
  2026-06-01  detected
  2026-06-02  reported, ticket 4711
  2026-06-05  not detected
  2026-06-07  detected again
  2026-06-09  reminded

Please withdraw the detection and tell us which update does so, or tell us what it rests on.
`);
  });

  it('does not say that a detection is there when the last analysis did not show it', () => {
    const [quiet] = advance([reported(opened)], observe(4, { Bkav: 'quiet' }), identify);
    expect(renderReminder(document(quiet!))).toContain(
      'The analysis of 2026-06-01T00:00:00Z showed it, that of 2026-06-05T00:00:00Z did not.',
    );
  });

  it('does not say "still" of an analysis from before the report', () => {
    expect(renderReminder(document(reported(opened)))).toContain('\nThe analysis of 2026-06-01T00:00:00Z shows it.\n');
  });

  it('has one line for each fact, whatever a label holds', () => {
    const text = renderReminder(document(nasty));
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    expect(text).not.toMatch(/^Bcc:/m);
    expect(text.match(/^Subject:/gm)).toHaveLength(1);
  });
});

describe('the list of cases', () => {
  it('says what to do about each and how long the vendor took', () => {
    const history = [{ vendor: 'Bkav', active: 1, cleared: 3, rejected: 1, timed: 3, medianDays: 2.25 }];
    expect(renderCases([document(reported(opened))], history, LOOK)).toBe(
      [
        'id        state     age     next step  vendor  artifact',
        `${opened.id.slice(0, 8)}  reported  9 days  remind     Bkav    setup.exe`,
        '          Bkav: W32.AI',
        '',
        'so far',
        '  Bkav    3 cleared, 1 rejected, 2.3 days from report to withdrawal (median of 3)',
        '',
      ].join('\n'),
    );
  });

  it('and one case shows no control character of a label', () => {
    const each = document(nasty);
    for (const text of [renderCases([each], [], LOOK), renderCase(each, LOOK)]) {
      // oxlint-disable-next-line no-control-regex -- that is what must not be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    }
  });
});
