import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ageOf } from '../../../src/reports/vendors-terminal.js';
import { runCli } from '../../support/cli.js';
import { tempFolder } from '../../support/temp.js';

describe('absolve vendors', () => {
  it('shows channel, requirements, how sure it is and how old', async () => {
    const { code, stdout } = await runCli(['vendors', 'Bkav']);
    expect(code).toBe(0);
    for (const part of [
      'fpreport@bkav.com',
      '7z, password "infected"',
      'False Positive Submission',
      'high, verified 2026-09',
      'ago',
    ])
      expect(stdout).toContain(part);
  });

  it('lists many as one line each', async () => {
    const { stdout } = await runCli(['vendors'], { columns: 120 });
    expect(stdout.split('\n').filter((line) => /20\d\d(-\d\d)?$/.test(line)).length).toBeGreaterThan(220);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('says what can be done about an engine that nobody can be written to for', async () => {
    const { code, stdout } = await runCli(['vendors', 'SUPERAntiSpyware']);
    expect(code).toBe(0);
    expect(stdout).toContain('none known');
    expect(stdout).toContain('comment on the VirusTotal report');
  });

  it('says that an engine is not in the directory, and what can be done', async () => {
    const { code, stdout, stderr } = await runCli(['vendors', 'Unheard', 'Of']);
    expect(code).toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('no engine or vendor matches "Unheard Of"');
    expect(stderr).toContain('--file');
  });

  it('shows control characters of the search text instead of sending them to the terminal', async () => {
    const { stderr } = await runCli(['vendors', 'x\u001b[31mqqq\u202e']);
    expect(stderr).toContain('\\u{1b}');
    expect(stderr).not.toContain('\u001b');
  });

  it('prints entries as JSON, with what matched', async () => {
    const { stdout } = await runCli(['vendors', '--json', 'windows defender']);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      text: 'windows defender',
      engines: [{ engine: 'Microsoft', lastVerified: '2026-08', matched: { kind: 'alias', name: 'Windows Defender' } }],
      advice: [],
    });
  });

  it('lays a file of the user over the directory', async () => {
    const folder = tempFolder();
    writeFileSync(
      join(folder, 'mine.json'),
      JSON.stringify([{ engine: 'Bkav', channel: { emails: ['us@bkav.example'] } }]),
    );
    const { stdout } = await runCli(['vendors', '--file', 'mine.json', 'Bkav'], { cwd: folder });
    expect(stdout).toContain('us@bkav.example');
    expect(stdout).not.toContain('fpreport@bkav.com');
  });

  it('refuses a wrong file with exit status 2', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'mine.json'), '[{"engine": "Bkav", "confidence": "sure"}]');
    const { code, stderr } = await runCli(['vendors', '--file', 'mine.json'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('0.confidence');
    expect(stderr).toContain('[CONFIG_VENDORS]');
  });
});

describe('the age of an entry', () => {
  const now = Date.UTC(2026, 10, 24);
  it.each([
    ['2026-11', 'this month'],
    ['2026-10', '1 month ago'],
    ['2026-01', '10 months ago'],
    ['2025', '11 months ago'],
    ['2025-01', '22 months ago: check it before you rely on it'],
  ])('%s is %s', (month, age) => {
    expect(ageOf(month, now)).toBe(age);
  });
});
