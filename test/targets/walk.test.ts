import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Collected } from '../../src/ports.js';
import { collectTargets } from '../../src/targets/collect.js';
import { brief, collect, cwd, link, tree, useWorkingFolder } from './working-folder.js';

useWorkingFolder();

describe('folders', () => {
  it('are walked in the same order everywhere', async () => {
    tree('dist/b.exe', 'dist/a/z.exe', 'dist/B.exe', 'dist/a.exe', 'dist/ä.exe', 'dist/.hidden/x.exe');
    expect(await brief(['dist'])).toEqual([
      'walked dist/.hidden/x.exe',
      'walked dist/B.exe',
      'walked dist/a/z.exe',
      'walked dist/a.exe',
      'walked dist/b.exe',
      'walked dist/ä.exe',
    ]);
  });

  it('are walked when they are the working folder or have a slash at the end', async () => {
    tree('dist/a.exe');
    expect(await brief(['.'], { cwd: join(cwd, 'dist') })).toEqual(['walked a.exe']);
    expect(await brief(['dist/'])).toEqual(['walked dist/a.exe']);
  });

  it('that overlap yield each file once', async () => {
    tree('dist/sub/a.exe', 'dist/b.exe');
    expect(await brief(['dist/sub', 'dist', 'dist'])).toEqual(['walked dist/sub/a.exe', 'walked dist/b.exe']);
  });

  it('yield nothing when there is nothing in them', async () => {
    fs.mkdirSync(join(cwd, 'empty'));
    expect(await brief(['empty'])).toEqual([]);
  });

  it('yield their files as they are found, not at the end', async () => {
    tree(...Array.from({ length: 1000 }, (_, index) => `dist/${String(index).padStart(4, '0')}.exe`));
    const signal = new AbortController().signal;
    const targets = collectTargets(['dist'], { cwd, signal, platform: 'linux' });
    expect((await targets.next()).value).toMatchObject({ path: 'dist/0000.exe' });
    // Deleted before the walk came to it: nobody's problem.
    fs.rmSync(join(cwd, 'dist/0999.exe'));
    let last: unknown;
    for await (const target of targets) last = target;
    expect(last).toMatchObject({ kind: 'file', path: 'dist/0998.exe' });
  });

  it('with 20,000 files are walked without holding up the rest of the program', async () => {
    fs.mkdirSync(join(cwd, 'many'));
    for (let index = 0; index < 20_000; index += 1) fs.writeFileSync(join(cwd, `many/${index}.exe`), 'MZ');
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const found = await collect(['many']);
    clearInterval(timer);
    expect(found).toHaveLength(20_000);
    expect(turns).toBeGreaterThan(2);
  });
});

describe('what cannot be checked is a problem of its own', () => {
  it('a link to a folder that contains it', async () => {
    tree('dist/a.exe', 'dist/sub/b.exe');
    link('dist/sub/up', '..');
    link('dist/self', '.');
    expect(await brief(['dist'])).toEqual([
      'walked dist/a.exe',
      'ARTIFACT_NOT_A_FILE dist/self',
      'walked dist/sub/b.exe',
      'ARTIFACT_NOT_A_FILE dist/sub/up',
    ]);
  });

  it('links that lead in a circle', async () => {
    tree('dist/a.exe');
    link('dist/x', 'y');
    link('dist/y', 'x');
    expect(await brief(['dist'])).toEqual([
      'walked dist/a.exe',
      'ARTIFACT_UNREADABLE dist/x',
      'ARTIFACT_UNREADABLE dist/y',
    ]);
    expect(await brief(['dist/x'])).toEqual(['ARTIFACT_UNREADABLE dist/x']);
  });

  it('a link to a folder outside: it is not followed', async () => {
    tree('dist/a.exe', 'private/secret.exe');
    link('dist/private', '../private');
    const [, found] = await collect(['dist']);
    expect(found).toMatchObject({ kind: 'problem', path: 'dist/private' });
    expect((found as Extract<Collected, { kind: 'problem' }>).error.hint).toContain('target of its own');
  });

  it('a link that leads nowhere, walked and named', async () => {
    tree('dist/a.exe');
    link('dist/gone.exe', 'nothing.exe');
    expect(await brief(['dist'])).toEqual(['walked dist/a.exe', 'ARTIFACT_GONE dist/gone.exe']);
    expect(await brief(['dist/gone.exe'])).toEqual(['ARTIFACT_GONE dist/gone.exe']);
  });

  it('a pipe, a socket and a device, none of which is opened', async () => {
    tree('dist/a.exe');
    execFileSync('mkfifo', [join(cwd, 'dist/pipe.exe')]);
    link('dist/zero.exe', '/dev/zero');
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(join(cwd, 'dist/socket.exe'), resolve);
    });
    try {
      expect(await brief(['dist', 'dist/pipe.exe', '/dev/null'])).toEqual([
        'ARTIFACT_NOT_A_FILE dist/pipe.exe',
        'ARTIFACT_NOT_A_FILE /dev/null',
        'walked dist/a.exe',
        'ARTIFACT_NOT_A_FILE dist/socket.exe',
        'ARTIFACT_NOT_A_FILE dist/zero.exe',
      ]);
    } finally {
      server.close();
    }
  });

  it('an empty installer in a walk, while other empty files are none', async () => {
    tree('dist/a.exe');
    for (const name of ['setup.exe', '.gitkeep', '__init__.py']) fs.writeFileSync(join(cwd, 'dist', name), '');
    expect(await brief(['dist'])).toEqual(['walked dist/a.exe', 'ARTIFACT_EMPTY dist/setup.exe']);
  });

  it('a name that is no UTF-8', async () => {
    tree('dist/a.exe');
    fs.writeFileSync(Buffer.concat([Buffer.from(join(cwd, 'dist/b-')), Buffer.from([0xff, 0xfe])]), 'MZ');
    expect(await brief(['dist'])).toEqual(['walked dist/a.exe', 'ARTIFACT_UNREADABLE dist/b-\ufffd\ufffd']);
  });

  it('a folder that goes while its parent is walked', async () => {
    tree('dist/sub/b.exe', 'dist/z.exe');
    tree(...Array.from({ length: 1000 }, (_, index) => `dist/${index}.exe`));
    const targets = collectTargets(['dist'], { cwd, signal: new AbortController().signal, platform: 'linux' });
    await targets.next();
    fs.rmSync(join(cwd, 'dist/sub'), { recursive: true });
    const rest: Collected[] = [];
    for await (const target of targets) rest.push(target);
    expect(rest.slice(-2)).toMatchObject([
      { kind: 'problem', path: 'dist/sub', error: { code: 'ARTIFACT_UNREADABLE' } },
      { kind: 'file', path: 'dist/z.exe' },
    ]);
  });
});

describe('links inside a walked folder', () => {
  it('to files are followed, each file once', async () => {
    tree('dist/app-1.exe', 'outside/tool.exe');
    link('dist/latest.exe', 'app-1.exe');
    link('dist/tool.exe', '../outside/tool.exe');
    expect(await brief(['dist'])).toEqual(['walked dist/app-1.exe', 'walked dist/tool.exe']);
  });

  it('to folders inside add nothing: those are walked under their own names', async () => {
    tree('dist/v1/a.exe');
    link('dist/current', 'v1');
    expect(await brief(['dist'])).toEqual(['walked dist/v1/a.exe']);
  });
});

describe('interruption', () => {
  it('ends a walk with the reason', async () => {
    tree(...Array.from({ length: 1000 }, (_, index) => `dist/${index}.exe`));
    const controller = new AbortController();
    const targets = collectTargets(['dist'], { cwd, signal: controller.signal, platform: 'linux' });
    await targets.next();
    controller.abort(new Error('interrupted'));
    const rest = async (): Promise<number> => {
      let count = 0;
      for await (const _ of targets) count += 1;
      return count;
    };
    await expect(rest()).rejects.toThrow('interrupted');
  });
});
