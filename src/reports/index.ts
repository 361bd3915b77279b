import type { CheckResult } from '../domain/document.js';
import { renderJson } from './json.js';
import { plain } from './style.js';
import { renderTerminal } from './terminal.js';

/** The document as one format. Pure: renderers cannot fail on content. */
export type Renderer = (result: CheckResult) => string;

/** Formats of `--output <format>=<file>`. A new one is a file beside this and a line here. */
export const RENDERERS: Readonly<Record<string, Renderer>> = {
  json: renderJson,
  text: (result) => renderTerminal(result, { columns: 100, paint: plain }),
};
