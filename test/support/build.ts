import { execFileSync } from 'node:child_process';
import process from 'node:process';

/** Builds the bundle once before all tests: those that start the real program test the current sources. */
export default function build(): void {
  execFileSync(process.execPath, ['scripts/build.js', '--bundle-only'], { stdio: 'inherit' });
}
