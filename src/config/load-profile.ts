import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { ProductProfile } from '../domain/profile.js';
import { UsageError } from '../errors.js';
import { packageFile } from '../package-files.js';
import { describeIssues } from './issues.js';
import { profileSchema } from './profile-schema.js';
import { findShippedName } from './shipped-profiles.js';

const SHIPPED_FOLDER = 'data/products';

/** A profile is written by a person; more than this is something else. */
const MAX_PROFILE_BYTES = 1_000_000;

/**
 * A product profile: a shipped one by its name, or the one in a JSON file (comments allowed).
 *
 * @param nameOrPath a name has neither separators nor an extension; anything else is a path
 * @param cwd what a relative path starts from
 * @throws UsageError `CONFIG_PROFILE`: no such name, unreadable, no JSON, unknown or wrong keys (all at once, with their paths)
 */
export async function loadProfile(nameOrPath: string, cwd: string): Promise<ProductProfile> {
  if (/^[a-z0-9][a-z0-9-]*$/i.test(nameOrPath)) {
    const names = await shippedNames();
    const name = nameOrPath.toLowerCase();
    if (!names.includes(name)) {
      throw new UsageError('CONFIG_PROFILE', `there is no product profile "${nameOrPath}"`, {
        hint: `shipped: ${names.join(', ')}; or give the path of a JSON file, such as ./${name}.json`,
      });
    }
    return readProfile(packageFile(`${SHIPPED_FOLDER}/${name}.json`), name);
  }
  return readProfile(isAbsolute(nameOrPath) ? nameOrPath : join(cwd, nameOrPath), nameOrPath);
}

/**
 * The shipped profile that file names speak for, when exactly one does; `undefined` otherwise.
 *
 * @param names without folders
 */
export async function findProfileFor(names: readonly string[]): Promise<ProductProfile | undefined> {
  const name = await findShippedName(names);
  return name === undefined ? undefined : loadProfile(name, '');
}

/** All shipped profiles, by name. */
export async function loadShippedProfiles(): Promise<readonly ProductProfile[]> {
  const names = await shippedNames();
  return Promise.all(names.map((name) => readProfile(packageFile(`${SHIPPED_FOLDER}/${name}.json`), name)));
}

async function shippedNames(): Promise<readonly string[]> {
  const files = await readdir(packageFile(SHIPPED_FOLDER));
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted();
}

async function readProfile(path: string, shown: string): Promise<ProductProfile> {
  const { default: stripJsonComments } = await import('strip-json-comments');
  let json: unknown;
  try {
    const state = await stat(path);
    // A device or a pipe may never end.
    if (!state.isFile()) throw new Error('is no file');
    if (state.size > MAX_PROFILE_BYTES) throw new Error(`larger than ${MAX_PROFILE_BYTES} bytes`);
    const text = await readFile(path, 'utf8');
    json = JSON.parse(stripJsonComments(text.replace(/^\ufeff/, ''), { trailingCommas: true }));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : '');
    throw new UsageError('CONFIG_PROFILE', `cannot read the product profile ${shown}: ${why}`, { cause: error });
  }
  return parseProfile(json, shown, dirname(path));
}

/**
 * A profile from data. Codes and names of single files count for the whole product too. Pure.
 *
 * @param folder what the path of its roots starts from
 * @throws UsageError `CONFIG_PROFILE` with every problem and its path
 */
export function parseProfile(json: unknown, shown: string, folder: string): ProductProfile {
  const parsed = profileSchema.safeParse(json);
  if (!parsed.success) {
    throw new UsageError('CONFIG_PROFILE', `${shown}: ${describeIssues(parsed.error)}`, {
      hint: 'see schema/product-profile.schema.json',
    });
  }
  const { $schema: _, homepage, files, signers, upgradeCodes, contact, downloads, since, users, ...rest } = parsed.data;
  return {
    ...rest,
    signers: {
      organisations: signers.organisations,
      thumbprints: signers.thumbprints,
      ...(signers.roots !== undefined && { roots: resolve(folder, signers.roots) }),
    },
    ...(homepage !== undefined && { homepage }),
    files: files.map(({ purpose, ...file }) => ({ ...file, ...(purpose !== undefined && { purpose }) })),
    upgradeCodes: [...new Set([...upgradeCodes, ...files.flatMap((file) => file.upgradeCodes)])].toSorted(),
    contact: {
      ...(contact.name !== undefined && { name: contact.name }),
      ...(contact.role !== undefined && { role: contact.role }),
      ...(contact.email !== undefined && { email: contact.email }),
      ...(contact.phone !== undefined && { phone: contact.phone }),
      ...(contact.url !== undefined && { url: contact.url }),
    },
    ...(downloads !== undefined && { downloads }),
    ...(since !== undefined && { since }),
    ...(users !== undefined && { users }),
  };
}
