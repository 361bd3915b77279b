import { describe, expect, it } from 'vitest';
import { renderMailto } from '../../src/vendor-reports/mailto.js';
import { toMailHtml } from '../../src/vendor-reports/mail-html.js';
import { renderMessage, renderSubject } from '../../src/vendor-reports/message.js';
import { NO_SAMPLE, type SampleOutcome } from '../../src/vendor-reports/model.js';
import { NO_PUBLISHER } from '../../src/vendor-reports/publisher.js';
import { fillSubject } from '../../src/vendor-reports/subject.js';
import type { Language } from '../../src/vendor-reports/plan-types.js';
import {
  detection,
  falsePositive,
  HOSTILE_NAMES,
  planOf,
  PUBLISHER,
  reportTo,
  shippedTemplates,
} from '../support/reports.js';

function textTo(
  vendor: string,
  engines: readonly string[],
  language: Language = 'en',
  sample: SampleOutcome = NO_SAMPLE,
): string {
  const plan = planOf([falsePositive(engines, { sizeBytes: 1234567 })], { language });
  return renderMessage(plan, reportTo(plan, vendor), shippedTemplates(language), sample)?.text ?? '';
}

describe('a message', () => {
  it('tells an analyst all that is known', () => {
    const text = textTo('ESTsecurity', ['ALYac', 'BitDefender']);
    for (const fact of [
      'Example Mail',
      'Example Ltd',
      'https://www.example.com/',
      'It archives mail.',
      '2006',
      'some thousand companies',
      'https://www.example.com/download',
      'setup.exe',
      '1,234,567 bytes',
      'a'.repeat(64),
      'b'.repeat(40),
      'c'.repeat(32),
      'CN=Example Ltd',
      'd'.repeat(64),
      '2026-11-01T00:00:00Z, CN=TSA',
      'ALYac: Gen:Variant.Tedy.1, engine 1.2.3, signatures of 2026-11-20',
      'https://www.virustotal.com/gui/file/',
      '2026-11-23T10:00:00Z',
      'It reads the mail stores of other programs.',
      'withdraw the detection',
      'allow our code-signing certificate',
      'Ann Example, release engineer',
      'ann@example.com',
      'the engine of Bitdefender',
    ]) {
      expect(text).toContain(fact);
    }
    expect(text).not.toContain('BitDefender: ');
  });

  it('says to the source of an engine whom it should clear', () => {
    const plan = planOf([falsePositive(['ALYac', 'Varist', 'BitDefender', 'K7AntiVirus', 'K7GW', 'AVG', 'Avast'])]);
    const text = renderMessage(plan, reportTo(plan, 'Bitdefender'), shippedTemplates(), NO_SAMPLE)?.text;
    expect(text).toContain('run yours: ALYac.');
  });

  it('never tells the vendor what is missing, forced or noted for the user', () => {
    const plan = planOf(
      [falsePositive(['Bkav'], { verdict: 'unproven', evidence: [] })],
      { force: true },
      NO_PUBLISHER,
    );
    const message = renderMessage(plan, reportTo(plan, 'Bkav Corporation'), shippedTemplates(), NO_SAMPLE);
    expect(message?.text).not.toMatch(/unproven|forced|missing|undefined|null|\{\{|: *$/im);
  });

  it('is in German when asked', () => {
    const text = textTo('ESTsecurity', ['ALYac', 'BitDefender'], 'de');
    for (const words of ['Fehlalarm', '1.234.567 Bytes', 'Mit freundlichen Grüßen', 'Engine von Bitdefender']) {
      expect(text).toContain(words);
    }
    expect(text).not.toMatch(/\b(please|size|detection|withdraw|attached|regards)\b/i);
  });

  it('names the password of what is attached, and a download for what is too large', () => {
    const attached = textTo('Bkav Corporation', ['Bkav'], 'en', {
      ...NO_SAMPLE,
      attached: ['samples.zip'],
      password: 'infected',
    });
    expect(attached).toContain('Attached: samples.zip\nPassword: infected');
    const separate = textTo('Bkav Corporation', ['Bkav'], 'en', {
      ...NO_SAMPLE,
      separate: ['samples.zip'],
      password: 'infected',
    });
    expect(separate).toContain('too large for a message.\nDownload: https://www.example.com/download');
  });

  it('has an HTML part that says the same, as headings, lists and tables', () => {
    const page = toMailHtml('Hello,\nthere\n\n## Title\nName: <b>\nSize: 1\n\n- one\n- two & three', 'en', '"T"');
    expect(page).toContain('<title>&quot;T&quot;</title>');
    expect(page).toMatch(/<p>\s*Hello,\s*<br \/>there\s*<\/p>/);
    expect(page).toMatch(/<h2[^>]*>Title<\/h2>/);
    expect(page).toMatch(/<th scope="row"[^>]*>Name<\/th>\s*<td[^>]*>&lt;b&gt;<\/td>/);
    expect(page).toMatch(/<ul>\s*<li>one<\/li><li>two &amp; three<\/li>\s*<\/ul>/);
  });
});

describe('a subject', () => {
  it("is the vendor's own where it states one", () => {
    const plan = planOf([falsePositive(['Bkav', 'ESET-NOD32'])]);
    const subjectTo = (vendor: string): string =>
      renderSubject(plan, reportTo(plan, vendor), shippedTemplates(), NO_SAMPLE);
    expect(subjectTo('Bkav Corporation')).toBe('False Positive Submission');
    expect(subjectTo('ESET')).toBe('False positive');
  });

  it('has the parts filled in that the vendor marks', () => {
    const model = { product: 'Example Mail', firstName: 'setup.exe', firstDetection: 'X: Y', domain: 'example.com' };
    expect(fillSubject('False positive review request - <domain>', model)).toBe(
      'False positive review request - example.com',
    );
    expect(fillSubject('FALSE: <short description>', model)).toBe('FALSE: Example Mail (X: Y)');
    expect(fillSubject('FALSE: <short description>', { ...model, product: '' })).toBe('FALSE: setup.exe (X: Y)');
    expect(fillSubject('<domain>', { ...model, domain: '<product>' })).toBe('<product>');
  });

  it('is one line of bounded length, whatever the names', () => {
    for (const name of HOSTILE_NAMES) {
      const plan = planOf([falsePositive([], { name, detections: [detection('ALYac', name)] })], {}, NO_PUBLISHER);
      const subject = renderSubject(plan, reportTo(plan, 'ESTsecurity'), shippedTemplates(), NO_SAMPLE);
      expect(subject).not.toMatch(/\p{Cc}|\u202e/u);
      expect([...subject].length).toBeLessThanOrEqual(200);
    }
  });
});

describe('a mailto link', () => {
  const linkFor = (names: readonly string[]): string => {
    const artifacts = names.map((name, index) =>
      falsePositive(['ALYac'], { name, sha256: String(index).padStart(64, '0') }),
    );
    const plan = planOf(artifacts);
    return renderMailto(plan, reportTo(plan, 'ESTsecurity'), shippedTemplates(), NO_SAMPLE) ?? '';
  };

  it('has address, subject and a short body', () => {
    const url = new URL(linkFor(['setup.exe']));
    expect(url.pathname).toBe('esrc@estsecurity.com');
    expect(url.searchParams.get('subject')).toBe('False positive: Example Mail (ALYac: Gen:Variant.Tedy.1)');
    expect(url.searchParams.get('body')).toContain(`setup.exe\r\nSHA-256 ${'0'.repeat(64)}\r\n`);
  });

  it.each([
    ['many artifacts', Array.from({ length: 200 }, (_, index) => `file-${index}.exe`)],
    ['hostile names', HOSTILE_NAMES],
    ['one endless name', ['日'.repeat(3000)]],
  ])('stays short and whole with %s', (_what, names) => {
    const link = linkFor(names);
    expect(link.length).toBeLessThanOrEqual(1900);
    const url = new URL(link);
    expect([...url.searchParams.keys()]).toEqual(['subject', 'body']);
    expect(url.searchParams.get('body')).toContain('Please withdraw');
  });

  it('is not there for a vendor without e-mail', () => {
    const plan = planOf([falsePositive(['Microsoft'])], {}, PUBLISHER);
    expect(renderMailto(plan, reportTo(plan, 'Microsoft'), shippedTemplates(), NO_SAMPLE)).toBeUndefined();
  });
});
