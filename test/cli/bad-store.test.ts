import { readFileSync, writeFileSync } from 'node:fs';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { start } from '../support/program.js';
import { check, world } from './world.js';

describe('a store that cannot be used ends with exit 5 and what to do; it is left as it is', () => {
  it('corrupt', async () => {
    const { run, storePath, simulator } = await world(1);
    writeFileSync(storePath, 'certainly no database '.repeat(500));
    const before = readFileSync(storePath);
    const { code, stderr } = await run(check('a.exe'));
    expect(code).toBe(5);
    expect(stderr).toMatch(/not a usable database \[STORE_CORRUPT\]/);
    expect(stderr).toMatch(/hint: .*move it away/);
    expect(readFileSync(storePath).equals(before)).toBe(true);
    expect(simulator.log).toEqual([]);
  });

  it('damaged in its middle', async () => {
    const { folder, env, storePath } = await world(1);
    // The real program: when it ends, its log is merged into the file.
    await start(check('--upload', 'a.exe'), { cwd: folder, env }).done;
    const bytes = readFileSync(storePath);
    bytes.fill(0xff, 4096);
    writeFileSync(storePath, bytes);
    const { code, stderr } = await start(check('--rescan', 'a.exe'), { cwd: folder, env }).done;
    expect(code).toBe(5);
    expect(stderr).toMatch(/\[STORE_CORRUPT\]/);
  });

  it('newer than the program', async () => {
    const { run, storePath } = await world(1);
    const database = new Libsql(storePath);
    database.exec('PRAGMA user_version = 4711');
    database.close();
    const { code, stderr } = await run(check('a.exe'));
    expect(code).toBe(5);
    expect(stderr).toMatch(/newer absolve \[STORE_NEWER\]/);
    expect(stderr).toMatch(/hint: update absolve/);
  });

  it('in a place where no file can be', async () => {
    const { run } = await world(1);
    for (const path of ['/dev/null/absolve.db', '/sys/absolve.db']) {
      const { code, stderr } = await run(check('a.exe'), { ABSOLVE_STORE: path });
      expect(code).toBe(5);
      expect(stderr).toMatch(/\[STORE_UNAVAILABLE\]/);
      expect(stderr).toMatch(/hint: .*ABSOLVE_STORE/);
    }
  });

  it('locked by another program for longer than is worth waiting', async () => {
    const { folder, env, storePath, run } = await world(1);
    await run(check('--upload', 'a.exe'));
    const holder = new Libsql(storePath);
    holder.exec('BEGIN IMMEDIATE');
    // The real program, so that its waiting does not stand in the way of the stand-in.
    const { code, stderr } = await start(check('--rescan', 'a.exe'), { cwd: folder, env }).done;
    holder.exec('ROLLBACK');
    holder.close();
    expect(code).toBe(5);
    expect(stderr).toMatch(/locked by another program \[STORE_LOCKED\]/);
    expect(stderr).toMatch(/hint: wait/);
    expect((await run(check('a.exe'))).code).toBe(0);
  });
});

describe('an output that cannot be written', () => {
  it('ends with exit 5, and the check is kept', async () => {
    const { run, simulator } = await world(1);
    const { code, stderr } = await run(check('--upload', '--output', 'json=no/such/folder/out.json', 'a.exe'));
    expect(code).toBe(5);
    expect(stderr).toMatch(/no\/such\/folder\/out\.json.*\[REPORT_UNWRITABLE\]/);
    const before = simulator.log.length;
    expect((await run(check('a.exe'))).code).toBe(0);
    expect(simulator.log).toHaveLength(before);
  });

  it('because the reader went away is no failure', async () => {
    const { folder, env, names } = await world(9);
    const running = start([...check('--upload', '--json'), ...names], { cwd: folder, env });
    running.child.stdout?.destroy();
    const { code, stderr } = await running.done;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|bug/);
  });
});
