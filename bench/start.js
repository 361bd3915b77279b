// Start-up and cached runs, against bare node and find.
import { join } from 'node:path';
import { startSimulator } from '../dist/index.js';
import { absolve, absolveWithPeak, inFolder, KEY, medianRatio, run, writePrograms } from './support.js';

const MANY = 20_000;

const node = () => run(process.execPath, ['-e', '0']);

/** Checks `targets` once with uploads against an unlimited stand-in, so that all is in the store. */
async function fill(folder, targets) {
  const simulator = await startSimulator({
    rate: null,
    dailyLimit: 1e6,
    monthlyLimit: 1e6,
    analysisMs: 1,
    scenario: KNOWN,
  });
  try {
    const limits = ['--rate', '100000/1s', '--daily', '1000000', '--monthly', '1000000', '--concurrency', '8'];
    const env = { ABSOLVE_VT_URL: simulator.url, VT_API_KEY: KEY, ABSOLVE_STORE: join(folder, 'absolve.db') };
    await absolve(['check', '--no-upload', '--json', ...limits, ...targets], { cwd: folder, env });
  } finally {
    await simulator.close();
  }
}

/** Every file is known: what is measured is the store, not the way into it. */
const KNOWN = { rules: [], known: [], knownShare: 1 };

let filled;

/** 20,000 unchanged files, checked once. Shared by the two cases that need it; the folder goes with the last. */
function withMany(work) {
  filled ??= inFolder(async (folder) => {
    writePrograms(join(folder, 'dist'), MANY);
    await fill(folder, ['dist']);
    const env = { ABSOLVE_STORE: join(folder, 'absolve.db') };
    const check = () => absolve(['check', 'dist'], { cwd: folder, env });
    const find = () => run('find', ['dist', '-type', 'f', '-printf', '%s %T@\n'], { cwd: folder });
    return {
      ratio: await medianRatio(check, find, 5),
      peakMb: (await absolveWithPeak(['check', '--json', 'dist'], { cwd: folder, env }, folder)).peakMb,
    };
  });
  return filled.then(work);
}

export const cases = [
  {
    name: 'absolve --version over node -e 0',
    target: '<= 1.35',
    run: () => medianRatio(() => absolve(['--version']), node, 15),
  },
  {
    name: 'check of one cached file over node -e 0',
    target: '<= 2.5',
    run: () =>
      inFolder(async (folder) => {
        const [path] = writePrograms(folder, 1);
        await fill(folder, [path]);
        const env = { ABSOLVE_STORE: join(folder, 'absolve.db') };
        return medianRatio(() => absolve(['check', path], { cwd: folder, env }), node, 15);
      }),
  },
  {
    name: 'second check of 20,000 unchanged files over find -printf',
    target: '<= 3',
    run: () => withMany(({ ratio }) => ratio),
  },
  {
    name: 'peak memory of 20,000 cached artifacts, MB',
    target: '<= 250',
    run: () => withMany(({ peakMb }) => peakMb),
  },
];
