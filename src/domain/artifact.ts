declare const brand: unique symbol;

/** 64 lower-case hexadecimal digits. */
export type Sha256 = string & { readonly [brand]: 'Sha256' };

export type DigestAlgorithm = 'md5' | 'sha1' | 'sha256';

/** Digests of one content, lower-case hexadecimal. sha256 is always there, the others when something needs them. */
export interface Digests {
  readonly sha256: Sha256;
  readonly sha1?: string;
  readonly md5?: string;
}

/** What a file is, found by its content and never by its name. */
export type FileFormat =
  | 'pe'
  | 'msi'
  | 'ole'
  | 'zip'
  | 'msix'
  | 'jar'
  | 'nupkg'
  | 'dmg'
  | 'elf'
  | 'macho'
  | 'cab'
  | '7z'
  | 'deb'
  | 'rpm'
  | 'script'
  | 'html'
  | 'other';

const DIGEST_LENGTHS: Readonly<Record<number, DigestAlgorithm>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' };

/** The digest that `text` spells (any case), or `undefined`. Pure. */
export function parseDigest(
  text: string,
): { readonly algorithm: DigestAlgorithm; readonly digest: string } | undefined {
  const algorithm = /^[0-9a-f]+$/i.test(text) ? DIGEST_LENGTHS[text.length] : undefined;
  return algorithm === undefined ? undefined : { algorithm, digest: text.toLowerCase() };
}

/** Narrows to `Sha256` (any case in, lower case out), or `undefined`. Pure. */
export function asSha256(text: string): Sha256 | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? (text.toLowerCase() as Sha256) : undefined;
}
