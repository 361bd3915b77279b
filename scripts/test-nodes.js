// Runs all tests under the oldest and the newest supported lines of Node: npm run test:nodes [22 24 ...]
// The binaries come from the npm packages that the package `node` itself installs; nothing else is downloaded.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LINES = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24'];
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const folder = mkdtempSync(join(tmpdir(), 'absolve-nodes-'));
const results = [];
try {
  for (const line of LINES) {
    const name = `node-${platform}`;
    const prefix = join(folder, line);
    execFileSync('npm', ['install', '--no-save', '--ignore-scripts', '--prefix', prefix, `${name}@${line}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    const bin = join(prefix, 'node_modules', name, 'bin');
    const node = join(bin, readdirSync(bin).find((file) => /^node(\.exe)?$/.test(file)) ?? 'node');
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    // Programs that the tests start are to be of the same line.
    const env = { ...process.env, PATH: `${bin}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}` };
    console.log(`Node ${version}`);
    const { status } = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run'], { stdio: 'inherit', env });
    results.push(`${status === 0 ? 'passed' : 'FAILED'} ${version}`);
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(results.join('\n'));
