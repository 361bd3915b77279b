import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckResult } from '../../src/domain/document.js';
import { packageFile } from '../../src/package-files.js';
import { checked, falsePositive } from './reports.js';
import { tempFolder } from './temp.js';

/** A folder with a real signed installer and the result of a check that knows it. */
export function releaseFolder(
  members: Parameters<typeof falsePositive>[1] = {},
  engines: readonly string[] = ['Bkav', 'Microsoft'],
): string {
  const folder = tempFolder();
  mkdirSync(join(folder, 'dist'));
  const path = join(folder, 'dist', 'setup.exe');
  cpSync(packageFile('fixtures/samples/setup-signed.exe'), path);
  const content = readFileSync(path);
  const {
    sha1: _sha1,
    md5: _md5,
    ...artifact
  } = falsePositive(engines, {
    name: 'MailStoreServerSetup-26.3.exe',
    paths: ['dist/setup.exe'],
    sha256: createHash('sha256').update(content).digest('hex'),
    sizeBytes: content.length,
    evidence: [],
    ...members,
  });
  writeResult(folder, checked([artifact]));
  return folder;
}

export function writeResult(folder: string, result: CheckResult): void {
  writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
}
