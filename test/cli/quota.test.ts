import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.js';
import { programBytes, writeTree } from '../support/programs.js';
import { startService } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

describe('absolve quota', () => {
  it('shows the ledger beside what the service says, and costs nothing of the day', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a') });
    const { env } = await startService(folder, { dailyLimit: 321, monthlyLimit: 6543 });
    await runCli(['check', '--no-upload', '--rate', '20/200ms', 'a.exe'], { cwd: folder, env });
    const { code, stdout } = await runCli(['quota', '--rate', '20/200ms', '--json'], { cwd: folder, env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      limits: { rate: '20/200ms', daily: 321, monthly: 6543, origin: 'service' },
      ledger: { today: 1, thisMonth: 1 },
      service: { daily: { allowed: 321, used: 1 }, monthly: { allowed: 6543, used: 1 } },
    });
  });

  it('asks the service once for the limits of a key, and keeps them', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a'), 'b.exe': programBytes('b') });
    const { env, simulator } = await startService(folder, { rate: { requests: 40, windowMs: 60_000 } });
    const first = await runCli(['check', '--no-upload', 'a.exe'], { cwd: folder, env });
    expect(first.stderr).toMatch(/at 40\/min/);
    await runCli(['check', '--no-upload', 'b.exe'], { cwd: folder, env });
    expect(simulator.log.filter(({ route }) => route.startsWith('/users'))).toHaveLength(1);
  });

  it('falls back to the public limits where the key may not read them, and reminds of their terms', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a') });
    const { env } = await startService(folder, { quotasForbidden: true, rate: null });
    const checked = await runCli(['check', '--no-upload', 'a.exe'], { cwd: folder, env });
    expect(checked.stderr).toMatch(/at 4\/min/);
    expect(checked.stderr.match(/terms exclude commercial/g)).toHaveLength(1);
    const { stdout } = await runCli(['quota', '--json'], { cwd: folder, env });
    expect(JSON.parse(stdout)).toMatchObject({
      limits: { rate: '4/min', daily: 500, monthly: 15_500, origin: 'public' },
      service: null,
      note: expect.stringMatching(/does not tell/) as string,
    });
  });

  it('needs a key, and says where to get one', async () => {
    const folder = tempFolder();
    const { code, stderr } = await runCli(['quota'], { cwd: folder, env: { ABSOLVE_STORE: `${folder}/absolve.db` } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/\[CONFIG_NO_KEY\]/);
    expect(stderr).toMatch(/set it as VT_API_KEY/);
  });
});
