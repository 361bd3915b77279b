import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseProfile, type ProductProfile } from '../domain/profile.js';
import { packageFile } from '../package-files.js';

/**
 * The name of the one shipped profile of which some name matches a file pattern; `undefined` when names match none, or more
 * than one.
 *
 * Reads the patterns without the validator, which a test runs over every shipped profile: this is on the way of every check.
 *
 * @param names without folders
 */
export async function findShippedName(names: readonly string[]): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  const folder = packageFile('data/products');
  const files = (await readdir(folder)).filter((entry) => entry.endsWith('.json'));
  const profiles = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as ProductProfile),
  );
  return chooseProfile(profiles, names)?.name;
}
