// Requests and time against the stand-in, as the server counts them. Windows are scaled: minutes become parts of a second.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScenario, startSimulator } from '../dist/index.js';
import { absolve, inFolder, KEY, writePrograms } from './support.js';

const NO_LIMIT = { dailyLimit: 1_000_000, monthlyLimit: 1_000_000 };

const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

async function withSimulator(options, work) {
  const simulator = await startSimulator({ ...NO_LIMIT, ...options });
  try {
    return await work(simulator);
  } finally {
    await simulator.close();
  }
}

const environment = (simulator, folder) => ({
  ABSOLVE_VT_URL: simulator.url,
  VT_API_KEY: KEY,
  ABSOLVE_STORE: join(folder, 'absolve.db'),
});

const flags = (rate) => ['--rate', rate, '--daily', '1000000', '--monthly', '1000000', '--json'];

/** Milliseconds from the first to the last request, as the server counted them. */
const span = ({ log }) => log.at(-1).at - log[0].at;

const refused = ({ log }) => log.filter(({ status }) => status === 429).length;

let fortyFiles;

/** 40 files of which the service does not know 20; analyses take one to four windows. */
function checkForty() {
  fortyFiles ??= inFolder((folder) => {
    const paths = writePrograms(join(folder, 'dist'), 40);
    const known = paths.filter((_, index) => index % 2 === 0).map(sha256);
    const options = {
      rate: { requests: 4, windowMs: 600 },
      analysisMs: { minMs: 600, maxMs: 2400 },
      scenario: parseScenario({ schemaVersion: 1, known }),
    };
    return withSimulator(options, async (simulator) => {
      await absolve(['check', '--upload', ...flags('4/600ms'), 'dist'], {
        cwd: folder,
        env: environment(simulator, folder),
      });
      const requests = simulator.log.length;
      return {
        requests,
        refused: refused(simulator),
        makespan: span(simulator) / (Math.floor((requests - 1) / 4) * 600),
      };
    });
  });
  return fortyFiles;
}

/** Share of the allowed rate that several processes use together while work waits; -1 when a window was exceeded. */
function shareRate(processes) {
  return inFolder((folder) => {
    const rate = { requests: 8, windowMs: 800 };
    const perProcess = 96 / processes;
    const folders = Array.from({ length: processes }, (_, index) => join(folder, `dist-${index}`));
    for (const each of folders) writePrograms(each, perProcess);
    return withSimulator({ rate }, async (simulator) => {
      const env = environment(simulator, folder);
      await Promise.all(
        folders.map((each) => absolve(['check', '--no-upload', ...flags('8/800ms'), each], { env, expected: [3] })),
      );
      if (simulator.maxInWindow() > rate.requests || refused(simulator) > 0) return -1;
      // The last window is not waited for: so many windows lie between the first and the last request at best.
      return (Math.floor((simulator.log.length - 1) / rate.requests) * rate.windowMs) / span(simulator);
    });
  });
}

let sixFiles;

/** Six unknown files at 4 a window, analyses of one window: the case in which the peers were measured. */
function checkSix() {
  sixFiles ??= inFolder((folder) => {
    writePrograms(join(folder, 'dist'), 6);
    return withSimulator({ rate: { requests: 4, windowMs: 600 }, analysisMs: 600 }, async (simulator) => {
      const { stdout } = await absolve(['check', '--upload', ...flags('4/600ms'), 'dist'], {
        cwd: folder,
        env: environment(simulator, folder),
      });
      const verdicts = JSON.parse(stdout).artifacts.filter(({ verdict }) => verdict === 'clean').length;
      return { requests: simulator.log.length, windows: span(simulator) / 600, verdicts };
    });
  });
  return sixFiles;
}

export const cases = [
  {
    name: '40 files, 20 unknown: requests over known + 3 × unknown',
    target: '<= 1.05',
    run: async () => (await checkForty()).requests / (20 + 3 * 20),
  },
  { name: '40 files, 20 unknown: requests refused', target: '<= 0', run: async () => (await checkForty()).refused },
  {
    name: '40 files, 20 unknown: makespan over the least the window allows',
    target: '<= 1.10',
    run: async () => (await checkForty()).makespan,
  },
  ...[2, 4, 8].map((processes) => ({
    name: `${processes} processes, one store and key: share of the rate used, no window exceeded`,
    target: '>= 0.95',
    run: () => shareRate(processes),
  })),
  {
    name: 'six unknown files: requests (best peer: 36)',
    target: '<= 18',
    run: async () => (await checkSix()).requests,
  },
  {
    name: 'six unknown files: minutes of scaled time (best peer: 12)',
    target: '<= 4.5',
    run: async () => (await checkSix()).windows,
  },
  {
    name: 'six unknown files: verdicts (peers lose files)',
    target: '>= 6',
    run: async () => (await checkSix()).verdicts,
  },
];
