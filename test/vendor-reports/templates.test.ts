import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { packageFile } from '../../src/package-files.js';
import { TEMPLATE_MODEL, type Shape } from '../../src/vendor-reports/template-model.js';
import { renderTemplate, type Model } from '../../src/vendor-reports/template-render.js';
import { parseTemplate } from '../../src/vendor-reports/template-syntax.js';
import { TEMPLATE_NAMES } from '../../src/vendor-reports/templates.js';
import { NO_SAMPLE, toModel } from '../../src/vendor-reports/model.js';
import { falsePositive, planOf, reportTo } from '../support/reports.js';

const text = (about = ''): Shape => ({ kind: 'text', about });
const MODEL: Shape = {
  kind: 'object',
  about: '',
  fields: {
    name: text(),
    words: { kind: 'list', of: text(), about: '' },
    people: { kind: 'list', about: '', of: { kind: 'object', about: '', fields: { first: text(), name: text() } } },
    contact: { kind: 'object', about: '', fields: { email: text() } },
  },
};

const render = (template: string, model: Model): string =>
  renderTemplate(parseTemplate(template, 'mine.txt', MODEL), model);

function refusalOf(template: string): UsageError {
  try {
    parseTemplate(template, 'mine.txt', MODEL);
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error('was accepted');
}

const EMPTY: Model = { name: '', words: [], people: [], contact: { email: '' } };

describe('a template', () => {
  it('puts values in, members and elements too', () => {
    const model = {
      ...EMPTY,
      name: 'N',
      contact: { email: 'e' },
      words: ['a', 'b'],
      people: [{ first: 'F', name: 'inner' }],
    };
    expect(render('{{name}} {{ contact.email }} {{#each words}}<{{.}}>{{/each}}', model)).toBe('N e <a><b>');
    expect(render('{{#each people}}{{first}} {{name}} {{contact.email}}{{/each}}', model)).toBe('F inner e');
  });

  it('leaves parts out, and takes the other one', () => {
    expect(render('{{#if name}}yes{{else}}no{{/if}}{{#if words}}w{{/if}}{{#if contact}}c{{/if}}', EMPTY)).toBe('no');
    expect(render('{{#if name}}yes{{else}}no{{/if}}', { ...EMPTY, name: 'x' })).toBe('yes');
  });

  it('leaves no line behind where a line holds only tags', () => {
    expect(render('a\n{{#if name}}\nb\n{{/if}}\nc', EMPTY)).toBe('a\nc');
    expect(render('a\r\n  {{#each words}}  \r\n- {{.}}\r\n{{/each}}\r\nc', { ...EMPTY, words: ['1', '2'] })).toBe(
      'a\n- 1\n- 2\nc',
    );
  });

  it('never reads a value as a template', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(render('[{{name}}]', { ...EMPTY, name: `${value}{{words}}{{#if` })).toBe(`[${value}{{words}}{{#if]`);
      }),
    );
  });

  it('is refused with an unknown field, naming the line and the fields known there', () => {
    const error = refusalOf('a\n{{#if name}}\n\n{{/if}}\n{{#each people}}\n{{surname}}{{/each}}');
    expect(error.code).toBe('CONFIG_TEMPLATE');
    expect(error.message).toBe(
      'mine.txt, line 6: unknown field "surname"; known here: contact.email, first, name, people, words',
    );
  });

  it('is refused with an unknown field also in a part that would be left out', () => {
    expect(refusalOf('{{#if name}}{{else}}{{nope}}{{/if}}').message).toContain('"nope"');
  });

  it.each([
    ['a member that does not exist', '{{contact.phone}}', /line 1: unknown field "contact.phone"/],
    ['a name of every object', '{{constructor}}{{toString}}', /unknown field "constructor"/],
    ['a list as text', '\n{{words}}', /line 2: "words" is no text/],
    ['a text as list', '{{#each name}}{{/each}}', /"name" is no list/],
    ['a block without end', 'x\n{{#if name}}', /line 2: \{\{#if name\}\} does not end/],
    ['an end of nothing', '{{/if}}', /ends nothing/],
    ['crossed blocks', '{{#if name}}{{#each words}}{{/if}}{{/each}}', /ends nothing/],
    ['an else of nothing', '{{else}}', /outside/],
    ['the element where there is none', '{{.}}', /element/],
    ['an empty tag', '{{}}', /unknown field ""/],
  ])('is refused with %s', (_what, template, message) => {
    expect(refusalOf(template).message).toMatch(message);
  });

  it('ends on any input, with a text or a refusal', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '#if ',
      '#each ',
      '/if',
      '/each',
      'else',
      'name',
      'words',
      '\n',
      ' ',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          expect(typeof render(pieces.join(''), EMPTY)).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});

describe('the data model', () => {
  it('has exactly the values that a report gives', () => {
    const plan = planOf([falsePositive(['BitDefender'])]);
    expect(shapeOf(toModel(plan, reportTo(plan, 'Bitdefender'), NO_SAMPLE))).toEqual(namesOf(TEMPLATE_MODEL));
  });

  it('is documented, every field of it', () => {
    const manual = readFileSync(packageFile('docs/templates.md'), 'utf8');
    for (const [path, about] of leaves(TEMPLATE_MODEL, '')) {
      expect(manual).toContain(`| \`${path}\` | ${about} |`);
    }
  });

  it.each(['en', 'de'])('suffices for the shipped templates (%s)', (language) => {
    for (const name of TEMPLATE_NAMES) {
      const source = readFileSync(packageFile(`data/templates/${language}/${name}.txt`), 'utf8');
      expect(parseTemplate(source, name, TEMPLATE_MODEL).length).toBeGreaterThan(0);
    }
  });
});

/** Member names, in depth; lists by their first element. */
function shapeOf(value: Model[string]): unknown {
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return value.length === 0 ? ['?'] : [shapeOf(value[0])];
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

function namesOf(shape: Shape): unknown {
  if (shape.kind === 'text') return 'text';
  if (shape.kind === 'list')
    return shape.about.startsWith('names of the') || NEVER_FILLED.has(shape.about) ? ['?'] : [namesOf(shape.of)];
  return Object.fromEntries(Object.entries(shape.fields).map(([name, member]) => [name, namesOf(member)]));
}

/** Lists that are empty in the report above: nobody follows Bitdefender there. */
const NEVER_FILLED = new Set(['engines of other vendors that usually follow this one']);

function leaves(shape: Shape, prefix: string): [string, string][] {
  if (shape.kind === 'text') return [[prefix, shape.about]];
  if (shape.kind === 'list') {
    const inner = shape.of.kind === 'object' ? leaves(shape.of, `${prefix}[]`) : [];
    return [[prefix, shape.about], ...inner];
  }
  return Object.entries(shape.fields).flatMap(([name, member]) =>
    leaves(member, prefix === '' ? name : `${prefix}.${name}`),
  );
}
