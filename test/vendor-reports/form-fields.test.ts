import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../src/package-files.js';
import { formFields, type FormField } from '../../src/vendor-reports/form-fields.js';
import { renderFormMarkdown } from '../../src/vendor-reports/form-markdown.js';
import { NO_SAMPLE, type SampleOutcome } from '../../src/vendor-reports/model.js';
import { NO_PUBLISHER } from '../../src/vendor-reports/publisher.js';
import { loadDirectory } from '../../src/vendors/directory.js';
import {
  detection,
  falsePositive,
  HOSTILE_NAMES,
  planOf,
  PUBLISHER,
  reportTo,
  shippedTemplates,
} from '../support/reports.js';

function fieldsFor(
  vendor: string,
  engine: string,
  publisher = PUBLISHER,
  sample: SampleOutcome = NO_SAMPLE,
): readonly FormField[] {
  const plan = planOf([falsePositive([engine])], {}, publisher);
  return formFields(plan, reportTo(plan, vendor), shippedTemplates(), sample);
}

describe('a form sheet', () => {
  it('has the fields in the order of the form, filled', () => {
    const fields = fieldsFor('Microsoft', 'Microsoft');
    expect(fields.map(({ field }) => field)).toEqual(loadDirectory().findEngine('Microsoft')?.requirements.fields);
    const byName = Object.fromEntries(fields.map((field) => [field.field, field.values]));
    expect(byName).toMatchObject({
      'detection name': ['Gen:Variant.Tedy.1'],
      'definition version': ['1.2.3 (2026-11-20)'],
      company: ['Example Ltd'],
      email: ['ann@example.com'],
      role: ['release engineer'],
    });
    expect(byName['description']?.[0]).toContain(
      'This is a false positive. Example Mail is published by us, Example Ltd, since 2006.',
    );
  });

  it('says what a person has to do where nothing can be pasted', () => {
    const byName = new Map(
      fieldsFor('Broadcom (Symantec)', 'Symantec', NO_PUBLISHER).map((field) => [field.field, field]),
    );
    expect(byName.get('captcha')?.instruction?.code).toBe('captcha');
    expect(byName.get('email')).toMatchObject({ values: [], instruction: { code: 'fact-missing' } });
    expect(byName.get('url')?.instruction?.code).toBe('only-for-urls');
  });

  it('names the archive and its password for the file', () => {
    const sample = { ...NO_SAMPLE, separate: ['samples.zip'], password: 'infected' };
    const file = fieldsFor('Bitdefender', 'BitDefender', PUBLISHER, sample).find(({ field }) => field === 'file');
    expect(file).toEqual({
      field: 'file',
      values: ['samples.zip'],
      instruction: { code: 'upload-archive', args: { password: 'infected' } },
    });
  });

  it('knows what to do with every field of the schema', () => {
    const schema = JSON.parse(readFileSync(packageFile('schema/vendors.schema.json'), 'utf8')) as {
      $defs: { engine: { properties: { requirements: { properties: { fields: { items: { enum: string[] } } } } } } };
    };
    const known = schema.$defs.engine.properties.requirements.properties.fields.items.enum;
    const plan = planOf([falsePositive(['Microsoft'])]);
    const report = reportTo(plan, 'Microsoft');
    const requirements = { ...report.entry.requirements, fields: known };
    const fields = formFields(
      plan,
      { ...report, entry: { ...report.entry, requirements } },
      shippedTemplates(),
      NO_SAMPLE,
    );
    expect(fields.filter(({ instruction }) => instruction?.code === 'fill-by-hand')).toEqual([]);
    expect(fields).toHaveLength(known.length);
  });

  it('keeps the description within what forms take', () => {
    const artifacts = Array.from({ length: 100 }, (_, index) =>
      falsePositive(['Kaspersky'], { name: `${'n'.repeat(290)}${index}.exe`, sha256: String(index).padStart(64, '0') }),
    );
    const plan = planOf(artifacts);
    const fields = formFields(plan, reportTo(plan, 'Kaspersky'), shippedTemplates(), NO_SAMPLE);
    const text = fields.find(({ field }) => field === 'description')?.values[0] ?? '';
    expect(text.length).toBeLessThanOrEqual(1900);
    expect(text).toMatch(/\d+ more files/);
  });
});

describe('a form sheet as Markdown', () => {
  it('has the address and each value in a block', () => {
    const plan = planOf([falsePositive(['Microsoft'])]);
    const report = reportTo(plan, 'Microsoft');
    const text = renderFormMarkdown(report, formFields(plan, report, shippedTemplates(), NO_SAMPLE));
    expect(text).toContain('Form: <https://www.microsoft.com/en-us/wdsi/filesubmission>');
    expect(text).toContain('## 4. detection name\n\n```text\nGen:Variant.Tedy.1\n```');
  });

  it.each([...HOSTILE_NAMES, '````\n# owned', '~~~'])('cannot be broken out of by a label such as %j', (label) => {
    const plan = planOf([falsePositive([], { detections: [detection('Microsoft', label)] })]);
    const report = reportTo(plan, 'Microsoft');
    const text = renderFormMarkdown(report, formFields(plan, report, shippedTemplates(), NO_SAMPLE));
    // Outside of the blocks stands nothing of the label: headings are those of the form alone.
    const outside = text.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '');
    const { fields } = report.entry.requirements;
    expect(outside.match(/^## .*$/gm)).toEqual([
      ...fields.map((field, index) => `## ${index + 1}. ${field}`),
      ...(report.notes.length > 0 ? ['## Before you send'] : []),
    ]);
    expect(outside).not.toMatch(/owned|onerror|javascript:/);
  });
});
