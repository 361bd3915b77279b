import { algorithmOf, baseName, type ManifestEntry, type ParsedManifest } from './entry.js';

/** `<digest>  name`, `<digest> *name`; a backslash in front says that the name is escaped. Source: GNU coreutils manual. */
const COREUTILS = /^(\\?)([0-9a-fA-F]{32,128}) [ *](.+)$/;
/** `SHA256 (name) = <digest>`, the form of BSD tools and of `--tag`. */
const BSD = /^(\\?)([A-Za-z0-9-]{3,10}) ?\((.+)\) ?= ?([0-9a-fA-F]{32,128})$/;
/** A digest alone, as in `setup.exe.sha256`: it names nothing and stands for one file. */
const BARE = /^[0-9a-fA-F]{32,128}$/;

const ALGORITHMS: Readonly<Record<string, ManifestEntry['algorithm']>> = {
  md5: 'md5',
  sha1: 'sha1',
  sha256: 'sha256',
  'sha2-256': 'sha256',
  sha512: 'sha512',
  'sha2-512': 'sha512',
};

/**
 * A checksum file as coreutils and BSD tools write it. Empty lines and lines that begin with `#` or `;` say nothing. Pure.
 */
export function parseChecksumFile(text: string): ParsedManifest {
  const entries: ManifestEntry[] = [];
  const problems: { where: string; message: string }[] = [];
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const entry = parseLine(line.trimEnd());
    if (entry === undefined) problems.push({ where: `line ${index + 1}`, message: 'is no checksum line' });
    else entries.push(entry);
  }
  return { entries, problems };
}

function parseLine(line: string): ManifestEntry | undefined {
  const plain = COREUTILS.exec(line);
  if (plain !== null) return toEntry(plain[2]!, plain[3]!, plain[1] === '\\');
  const tagged = BSD.exec(line);
  if (tagged !== null) {
    const entry = toEntry(tagged[4]!, tagged[3]!, tagged[1] === '\\');
    return entry?.algorithm === ALGORITHMS[tagged[2]!.toLowerCase()] ? entry : undefined;
  }
  const algorithm = BARE.test(line) ? algorithmOf(line) : undefined;
  return algorithm === undefined ? undefined : { algorithm, digest: line.toLowerCase() };
}

function toEntry(digest: string, name: string, isEscaped: boolean): ManifestEntry | undefined {
  const algorithm = algorithmOf(digest);
  const path = isEscaped ? unescapeName(name) : name;
  if (algorithm === undefined || path === undefined) return undefined;
  return { name: baseName(path), algorithm, digest: digest.toLowerCase() };
}

/** Undoes `\\`, `\n` and `\r`; `undefined` for another escape, which these tools do not write. */
function unescapeName(name: string): string | undefined {
  const pair = /\\[\\nr]/g;
  if (name.replaceAll(pair, '').includes('\\')) return undefined;
  return name.replaceAll(pair, (escape) => (escape === '\\n' ? '\n' : escape === '\\r' ? '\r' : '\\'));
}
