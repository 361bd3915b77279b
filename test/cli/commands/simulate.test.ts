import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../../src/cli/io.js';
import { main } from '../../../src/cli/main.js';
import { client, digest, KEY } from '../../simulate/support.js';
import { tempFolder } from '../../support/temp.js';

/** Runs the command in the process until `stop`. */
function start(...argv: string[]) {
  const controller = new AbortController();
  const [stdout, stderr] = [collect(), collect()];
  const io: Io = {
    stdin: new PassThrough(),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: {},
    cwd: tmpdir(),
    isTty: { stdin: false, stdout: false, stderr: false },
    columns: 80,
    platform: 'linux',
    hostname: 'test',
    pid: 1,
    isAlive: () => true,
    signal: controller.signal,
    interrupt: () => controller.abort(),
  };
  const ended = main(['simulate', ...argv], io);
  const stop = async () => {
    controller.abort();
    return { status: await ended, stdout: stdout.text(), stderr: stderr.text() };
  };
  const serving = async () => {
    await once(stdout.stream, 'data');
    return client(stdout.text().trim());
  };
  return { ended: ended.then((status) => ({ status, stderr: stderr.text() })), serving, stop };
}

function collect() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

describe('absolve simulate', () => {
  it('prints the address alone on stdout, what to set on stderr, and ends with 0 when interrupted', async () => {
    const { serving, stop } = start();
    await serving();
    const { status, stdout, stderr } = await stop();
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/api\/v3\n$/)]);
    expect(stderr).toContain(`ABSOLVE_VT_URL=${stdout.trim()}\n`);
    expect(stderr).toContain('VT_API_KEY=any\n');
    expect(stderr).toContain('its verdicts are simulated');
  });

  it('maps every option', async () => {
    const path = tempFolder();
    const scenario = join(path, 'scenario.json');
    writeFileSync(scenario, JSON.stringify({ schemaVersion: 1, known: ['1'.repeat(64)] }));
    const options = `--port 0 --host localhost --rate 3/1h --daily 70 --monthly 80 --analysis-time 1h-2h
      --scenario ${scenario} --key ${KEY} --key second --fault 503,route=/files/upload_url --fault 504,nth=9
      --retry-after seconds --duplicates merge --echo-key`;
    const { serving, stop } = start(...options.split(/\s+/));
    const { get, upload } = await serving();
    expect((await get(`/users/${KEY}/overall_quotas`)).body.data).toMatchObject({
      api_requests_hourly: { user: { allowed: 3 } },
      api_requests_daily: { user: { allowed: 70 } },
      api_requests_monthly: { user: { allowed: 80 } },
    });
    expect((await get('/files/upload_url')).status).toBe(503);
    const { id } = (await upload('bytes')).body.data;
    expect((await upload('bytes')).body.data.id).toBe(id);
    const refused = await get(`/files/${'1'.repeat(64)}`);
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    const { stdout, stderr } = await stop();
    expect(stdout).toMatch(/^http:\/\/(127\.0\.0\.1|\[::1\]):/);
    expect(stderr).toContain(`VT_API_KEY=${KEY}\n`);
  });

  it('knows what the scenario knows, and echoes a wrong key when told to', async () => {
    const path = tempFolder();
    writeFileSync(join(path, 's.json'), JSON.stringify({ schemaVersion: 1, known: ['1'.repeat(64)] }));
    const { serving, stop } = start('--scenario', join(path, 's.json'), '--key', 'second', '--echo-key');
    const first = await serving();
    expect((await first.get(`/files/${'1'.repeat(64)}`)).body.error.message).toBe(`Wrong API key: ${KEY}`);
    const { stdout } = await stop();
    expect(stdout).toMatch(/api\/v3\n$/);
  });

  it('logs a line for each request, hostile names made visible, never the key', async () => {
    const { serving, stop } = start('--rate', 'none');
    const { get, upload } = await serving();
    await upload('bytes');
    await get(`/files/${encodeURIComponent('x\u001b[31m')}`);
    await get(`/users/${KEY}/overall_quotas`);
    const lines = (await stop()).stderr.trimEnd().split('\n').slice(-3);
    expect(lines[0]).toMatch(
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} 200 POST /files ${digest('sha256', 'bytes')} \\(free\\)$`),
    );
    expect(lines[1]).toMatch(/ 404 GET  \/files\/\{id\} x\\u\{1b\}\[31m \(charged\)$/);
    expect(lines[2]).toMatch(/ 200 GET  \/users\/\{id\}\/overall_quotas …cdef \(not counted\)$/);
    expect(lines.join('')).not.toContain(KEY);
  });

  it('logs JSON when told to', async () => {
    const { serving, stop } = start('--json-log');
    const { get } = await serving();
    await get(`/files/${'0'.repeat(64)}`);
    const line = (await stop()).stderr.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(line)).toEqual({
      at: expect.any(Number),
      method: 'GET',
      route: '/files/{id}',
      subject: '0'.repeat(64),
      key: '…cdef',
      status: 404,
      counted: true,
      charged: true,
    });
  });

  it.each([
    ['--port', '65536'],
    ['--port', 'x'],
    ['--rate', '4/fortnight'],
    ['--daily', '-1'],
    ['--monthly', '1.5'],
    ['--analysis-time', 'soon'],
    ['--analysis-time', '4s-1s'],
    ['--analysis-time', '1s-'],
    ['--fault', 'teapot'],
    ['--retry-after', 'never'],
    ['--duplicates', 'maybe'],
  ])('refuses %s %s and names the option', async (option, value) => {
    const { status, stderr } = await start(option, value).ended;
    expect(status).toBe(2);
    expect(stderr).toContain(`error: ${option} got "${value}"`);
  });

  it('refuses a scenario that cannot be read', async () => {
    const { status, stderr } = await start('--scenario', '/does/not/exist.json').ended;
    expect([status, stderr]).toEqual([2, expect.stringContaining('[CONFIG_SCENARIO]')]);
  });

  it('refuses a port that is taken, and says what to do', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { status, stderr } = await start('--port', String(port)).ended;
    taken.close();
    expect(status).toBe(2);
    expect(stderr).toMatch(/error: the address cannot be used: .*EADDRINUSE.*\nhint: choose another --port/);
  });
});
