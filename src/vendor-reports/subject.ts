import { headerText } from '../reports/escape.js';
import type { Model } from './template-render.js';

/** What the marked parts of a vendor's subject mean. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  domain: ['domain'],
  product: ['product', 'firstName'],
  version: ['version'],
  company: ['publisher'],
  'detection name': ['firstDetection'],
  engine: ['engineNames'],
};

/**
 * The subject as the vendor states it, its `<...>` parts filled in; what a part means that no rule knows is the short
 * description: product and first detection. Pure.
 */
export function fillSubject(stated: string, model: Model): string {
  const filled = stated.replace(/<([^<>]+)>/g, (_part, name: string) => {
    for (const field of PARTS[name.toLowerCase()] ?? []) {
      const value = model[field];
      if (typeof value === 'string' && value !== '') return value;
    }
    return describe(model);
  });
  return headerText(filled);
}

function describe({ product, firstName, firstDetection }: Model): string {
  const what = typeof product === 'string' && product !== '' ? product : String(firstName);
  return `${what} (${String(firstDetection)})`;
}
