import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors.js';
import { packageFile } from '../package-files.js';
import type { Language } from '../vendor-reports/plan-types.js';
import type { FindTemplate, TemplateSource } from '../vendor-reports/templates.js';

/**
 * Templates from files: `<own>/<language>/<vendor folder>/<name>.txt`, else `<own>/<language>/<name>.txt`, else the shipped
 * one. Each file is read once.
 *
 * @param own folder of the user, absolute
 * @throws UsageError `CONFIG_TEMPLATE` when `own` is no folder; from the function when a file is there and cannot be read
 */
export function templateFinder(language: Language, own?: string): FindTemplate {
  // A misspelt folder would send the shipped words instead of the user's.
  if (own !== undefined && !statSync(own, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError('CONFIG_TEMPLATE', `there is no folder of templates ${own}`);
  }
  const read = new Map<string, TemplateSource | undefined>();
  const find = (path: string): TemplateSource | undefined => {
    if (!read.has(path)) read.set(path, readTemplate(path));
    return read.get(path);
  };
  return (name, vendorFolder) => {
    const file = `${name}.txt`;
    const found =
      (own === undefined
        ? undefined
        : (find(join(own, language, vendorFolder, file)) ?? find(join(own, language, file)))) ??
      find(packageFile(join('data', 'templates', language, file)));
    if (found === undefined) throw new Error(`the package of absolve is incomplete: ${file}`);
    return found;
  };
}

function readTemplate(path: string): TemplateSource | undefined {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UsageError('CONFIG_TEMPLATE', `cannot read the template ${path}`, { cause: error });
  }
}
