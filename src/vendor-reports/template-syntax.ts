import { UsageError } from '../errors.js';
import type { Shape } from './template-model.js';

/** A template, parsed. Line numbers count from 1. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly path: string }
  | {
      readonly kind: 'if';
      readonly path: string;
      readonly present: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: 'each'; readonly path: string; readonly body: readonly TemplateNode[] };

const TAG = /\{\{\s*(#if|#each|\/if|\/each|else|)\s*([^{}]*?)\s*\}\}/g;

interface Open {
  readonly kind: 'if' | 'each' | 'root';
  readonly path: string;
  readonly line: number;
  /** The shapes of enclosing elements, innermost last. */
  readonly scopes: readonly Shape[];
  readonly nodes: TemplateNode[];
  otherwise: TemplateNode[] | undefined;
}

/**
 * Parses a template and checks every field it names, also in the parts that this run would leave out.
 *
 * `{{field}}`, `{{member.field}}`, `{{#if field}} … {{else}} … {{/if}}`, `{{#each list}} … {{/each}}` with `{{.}}` for an
 * element that is a text. A line that holds nothing but block tags leaves no line behind.
 *
 * @param name for messages: the path of the template
 * @throws UsageError `CONFIG_TEMPLATE` with name and line: an unknown field (with those known there), a block that does not
 *   end, a list where a text is wanted
 */
export function parseTemplate(text: string, name: string, model: Shape): readonly TemplateNode[] {
  const stack: Open[] = [open('root', '', 1, [model])];
  const source = dropLinesOfTags(text.replaceAll('\r\n', '\n').replace(/^\ufeff/, ''));
  let line = 1;
  let position = 0;
  const refuse = (problem: string): UsageError =>
    new UsageError('CONFIG_TEMPLATE', `${name}, line ${line}: ${problem}`);
  const add = (node: TemplateNode): void => {
    const top = stack.at(-1)!;
    (top.otherwise ?? top.nodes).push(node);
  };
  const skipTo = (end: number): string => {
    const passed = source.slice(position, end);
    position = end;
    return passed;
  };
  for (const match of source.matchAll(TAG)) {
    const before = skipTo(match.index);
    if (before !== '') add({ kind: 'text', text: before.replaceAll(REMOVED_BREAK, '') });
    line += countBreaks(before);
    skipTo(match.index + match[0].length);
    const [, tag = '', path = ''] = match;
    const top = stack.at(-1)!;
    if (tag === '') {
      if (resolve(path, top.scopes, refuse).kind !== 'text')
        throw refuse(`"${path}" is no text; use {{#each ${path}}}`);
      add({ kind: 'field', path });
    } else if (tag === '#if') {
      resolve(path, top.scopes, refuse);
      stack.push(open('if', path, line, top.scopes));
    } else if (tag === '#each') {
      const shape = resolve(path, top.scopes, refuse);
      if (shape.kind !== 'list') throw refuse(`"${path}" is no list`);
      stack.push(open('each', path, line, [...top.scopes, shape.of]));
    } else if (tag === 'else') {
      if (top.kind !== 'if' || top.otherwise !== undefined) throw refuse('{{else}} outside of an {{#if}}');
      top.otherwise = [];
    } else {
      if (`/${top.kind}` !== tag) throw refuse(`{{${tag}}} ends nothing`);
      stack.pop();
      add(closed(top));
    }
  }
  const rest = skipTo(source.length);
  if (rest !== '') add({ kind: 'text', text: rest.replaceAll(REMOVED_BREAK, '') });
  const last = stack.at(-1)!;
  if (last.kind !== 'root') {
    throw new UsageError('CONFIG_TEMPLATE', `${name}, line ${last.line}: {{#${last.kind} ${last.path}}} does not end`);
  }
  return last.nodes;
}

function open(kind: Open['kind'], path: string, line: number, scopes: readonly Shape[]): Open {
  return { kind, path, line, scopes, nodes: [], otherwise: undefined };
}

function closed({ kind, path, nodes, otherwise }: Open): TemplateNode {
  return kind === 'each'
    ? { kind, path, body: nodes }
    : { kind: 'if', path, present: nodes, otherwise: otherwise ?? [] };
}

/** Stands for the break of a dropped line, so that line numbers in messages stay those of the file. */
const REMOVED_BREAK = '\u0000';

function dropLinesOfTags(text: string): string {
  return text
    .replaceAll(REMOVED_BREAK, '')
    .replace(
      /^[ \t]*((?:\{\{\s*(?:[#/](?:if|each)[^{}]*|else)\s*\}\}[ \t]*)+)\n/gm,
      (_line, tags: string) => tags.trimEnd() + REMOVED_BREAK,
    );
}

function countBreaks(text: string): number {
  return [...text].filter((character) => character === '\n' || character === REMOVED_BREAK).length;
}

/** The innermost scope that knows the first name decides, as in any language with blocks. */
function resolve(path: string, scopes: readonly Shape[], refuse: (problem: string) => UsageError): Shape {
  if (path === '.') {
    const inner = scopes.at(-1)!;
    if (inner.kind === 'object') throw refuse('"." stands for an element that is a text');
    return inner;
  }
  const [first = '', ...others] = path.split('.');
  const scope = scopes.findLast((shape) => shape.kind === 'object' && Object.hasOwn(shape.fields, first));
  let shape = scope?.kind === 'object' ? scope.fields[first] : undefined;
  for (const member of others) {
    shape = shape?.kind === 'object' && Object.hasOwn(shape.fields, member) ? shape.fields[member] : undefined;
  }
  if (shape === undefined) throw refuse(`unknown field "${path}"; known here: ${knownIn(scopes).join(', ')}`);
  return shape;
}

function knownIn(scopes: readonly Shape[]): readonly string[] {
  const names = scopes.flatMap((scope) => (scope.kind === 'object' ? namesOf(scope.fields, '') : ['.']));
  return [...new Set(names)].toSorted();
}

function namesOf(fields: Readonly<Record<string, Shape>>, prefix: string): string[] {
  return Object.entries(fields).flatMap(([name, shape]) =>
    shape.kind === 'object' ? namesOf(shape.fields, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}
