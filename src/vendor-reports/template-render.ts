import type { TemplateNode } from './template-syntax.js';

/** Values for a template: `''` and `[]` are what is missing. */
export type ModelValue = string | readonly ModelValue[] | Model;
export interface Model {
  readonly [name: string]: ModelValue;
}

/** The template with the values put in. Total: a template that parsed cannot fail on content. Pure. */
export function renderTemplate(nodes: readonly TemplateNode[], model: Model): string {
  return renderNodes(nodes, [model]);
}

function renderNodes(nodes: readonly TemplateNode[], scopes: readonly ModelValue[]): string {
  let text = '';
  for (const node of nodes) {
    if (node.kind === 'text') {
      text += node.text;
      continue;
    }
    const value = lookUp(node.path, scopes);
    if (node.kind === 'field') text += typeof value === 'string' ? value : '';
    else if (node.kind === 'if') text += renderNodes(isPresent(value) ? node.present : node.otherwise, scopes);
    else if (isList(value)) for (const element of value) text += renderNodes(node.body, [...scopes, element]);
  }
  return text;
}

function lookUp(path: string, scopes: readonly ModelValue[]): ModelValue | undefined {
  if (path === '.') return scopes.at(-1);
  const [first = '', ...others] = path.split('.');
  const scope = scopes.findLast((value) => isModel(value) && Object.hasOwn(value, first));
  let value: ModelValue | undefined = scope !== undefined && isModel(scope) ? scope[first] : undefined;
  for (const member of others) value = value !== undefined && isModel(value) ? value[member] : undefined;
  return value;
}

function isPresent(value: ModelValue | undefined): boolean {
  if (value === undefined) return false;
  if (typeof value === 'string' || isList(value)) return value.length > 0;
  return Object.values(value).some(isPresent);
}

function isList(value: ModelValue | undefined): value is readonly ModelValue[] {
  return Array.isArray(value);
}

function isModel(value: ModelValue): value is Model {
  return typeof value === 'object' && !isList(value);
}
