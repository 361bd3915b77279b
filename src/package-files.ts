import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file or folder that ships with the package. Found by its `package.json`, because the depth of this module
 * differs between the sources and the bundle.
 */
export function packageFile(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`the package of absolve is incomplete: ${name}`);
    folder = parent;
  }
  return join(folder, name);
}
