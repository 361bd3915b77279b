// Writes every published schema that is made from a validator of the program, so that the two cannot differ.
// `--check` writes nothing and fails when one is out of date. A new schema is one line in `src/published-schemas.ts`.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'absolve-schemas-'));
try {
  const input = join(root, 'src/published-schemas.ts');
  const bundle = await rolldown({
    input,
    cwd: root,
    platform: 'node',
    external: [/^node:/, 'libsql'],
    logLevel: 'warn',
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: 'schemas.mjs' });
  await bundle.close();
  const { publishedSchemas } = await import(pathToFileURL(join(folder, 'schemas.mjs')).href);
  for (const [name, text] of Object.entries(publishedSchemas())) {
    const path = join(root, 'schema', name);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    if (process.argv.includes('--check')) {
      console.error(`schema/${name} is out of date: run node scripts/schemas.js`);
      process.exitCode = 1;
    } else {
      writeFileSync(path, text);
      console.log(`schema/${name}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
