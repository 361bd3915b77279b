import type { CheckResult } from '../domain/document.js';
import { jsonText } from '../domain/text.js';

/** The document itself, indented, with a line break at its end. */
export function renderJson(result: CheckResult): string {
  return jsonText(result);
}
