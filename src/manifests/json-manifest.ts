import type { PublishedHash } from '../domain/published-hash.js';
import { baseName, type ManifestEntry, type ParsedManifest } from './entry.js';

const ALGORITHMS = ['sha256', 'sha512', 'sha1', 'md5'] as const satisfies readonly PublishedHash['algorithm'][];

/** Our own format; see `manifestSchema`. An entry for each digest. Loads the validator only when such a file is read. */
export async function parseJsonManifest(text: string): Promise<ParsedManifest> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return {
      entries: [],
      problems: [{ where: 'the file', message: error instanceof Error ? error.message : 'is no JSON' }],
    };
  }
  const { manifestSchema } = await import('./manifest-schema.js');
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({
      where: path.length === 0 ? 'the file' : path.map(String).join('.'),
      message,
    }));
    return { entries: [], problems };
  }
  const entries = parsed.data.files.flatMap((file) => {
    const where = {
      ...(file.name !== undefined && { name: baseName(file.name) }),
      ...(file.url !== undefined && { url: file.url }),
    };
    return ALGORITHMS.flatMap((algorithm): ManifestEntry[] => {
      const digest = file[algorithm];
      return digest === undefined ? [] : [{ ...where, algorithm, digest: digest.toLowerCase() }];
    });
  });
  return { entries, problems: [] };
}
