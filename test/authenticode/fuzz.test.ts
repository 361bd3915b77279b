import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { expect, it } from 'vitest';

it('a few seconds of fuzzing find nothing that throws, hangs or grows: the hour of it is run by hand', () => {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/fuzz.js', '--minutes', '0.08'], {
    encoding: 'utf8',
  });
  expect(stdout).not.toContain('FAILED');
  expect(status).toBe(0);
  const { inputs, peakRssMb } = JSON.parse(stdout) as { inputs: number; peakRssMb: number };
  expect(inputs).toBeGreaterThan(500);
  expect(peakRssMb).toBeLessThan(500);
});
