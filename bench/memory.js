// Peak memory of an upload: flat in the size of the file.
import { openSync, closeSync, ftruncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { startSimulator } from '../dist/index.js';
import { absolveWithPeak, inFolder, KEY, program } from './support.js';

/** The most that the service takes. */
const LARGEST_BYTES = 650_000_000;

function upload() {
  return inFolder(async (folder) => {
    const path = join(folder, 'large.exe');
    const file = openSync(path, 'w');
    writeSync(file, program('large'));
    ftruncateSync(file, LARGEST_BYTES);
    closeSync(file);
    const simulator = await startSimulator({ rate: null, analysisMs: 1 });
    try {
      const env = { ABSOLVE_VT_URL: simulator.url, VT_API_KEY: KEY, ABSOLVE_STORE: join(folder, 'absolve.db') };
      const limits = ['--rate', '100/1s', '--daily', '1000', '--monthly', '1000'];
      const { code, peakMb, stderr } = await absolveWithPeak(['check', '--upload', ...limits, path], { env }, folder);
      if (code !== 0 || simulator.uploads[0]?.sizeBytes !== LARGEST_BYTES) throw new Error(`not uploaded: ${stderr}`);
      return peakMb;
    } finally {
      await simulator.close();
    }
  });
}

export const cases = [{ name: 'peak memory of a 650 MB upload, MB', target: '<= 150', run: upload }];
