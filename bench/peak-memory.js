// Preloaded into a measured process: leaves its peak resident memory, in KiB, in a file.
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * From the system's account of this very program. `process.resourceUsage().maxRSS` will not do on Linux: it begins with the peak of
 * the process that started this one, so a large bench would be measured in place of a small program.
 */
function peakKib() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}

process.on('exit', () => writeFileSync(process.env.BENCH_PEAK_FILE, String(peakKib())));
