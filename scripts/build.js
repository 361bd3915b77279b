// Bundles the command line and the library. Everything but the native store driver goes into the bundle: cold imports of
// the packages cost several times what node itself needs to start (figures: npm run bench).
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

// Tests need the programs only; the declarations take longer than all else.
const isBundleOnly = process.argv.includes('--bundle-only');
if (!isBundleOnly) rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  input: { cli: 'src/cli/process-io.ts', index: 'src/index.ts' },
  platform: 'node',
  external: [/^node:/, 'libsql'],
  logLevel: 'warn',
});
await bundle.write({ dir: 'dist', format: 'esm', minify: true, chunkFileNames: 'chunks/[name]-[hash].js' });
await bundle.close();
if (!isBundleOnly) {
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
  execFileSync(process.execPath, tsc, { stdio: 'inherit' });
}
