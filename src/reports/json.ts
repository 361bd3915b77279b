import type { CheckResult } from '../domain/document.js';

/** The document itself, indented, with a line break at its end. */
export function renderJson(result: CheckResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
