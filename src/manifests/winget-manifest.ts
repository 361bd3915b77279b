import { type ManifestEntry, type ParsedManifest } from './entry.js';

/** `InstallerUrl: …` at any depth, also as the first key of a list item; one value on the same line. */
const KEY = /^\s*(?:- +)?(InstallerUrl|InstallerSha256) *:(?: +(.*))?$/;

/** Whether a text is such a manifest. Pure. */
export function isWingetManifest(text: string): boolean {
  return /^[ \t]*(?:- +)?InstallerSha256 *:/m.test(text);
}

/**
 * The pairs of `InstallerUrl` and `InstallerSha256` of a winget installer manifest. The two keys of one installer may stand in
 * either order and with other keys between them; a second one of a kind, or the end, closes the pair. Pure.
 *
 * A YAML parser would be the largest dependency of the program for two scalar keys, and would bring anchors, tags and types that
 * hostile files play with. The community's manifests are written by tools that put each value on its own line; what is written
 * otherwise is reported with its line and never half read.
 */
export function parseWingetManifest(text: string): ParsedManifest {
  const entries: ManifestEntry[] = [];
  const problems: { where: string; message: string }[] = [];
  let url: Value | undefined;
  let sha256: Value | undefined;
  const close = (): void => {
    if (url !== undefined && sha256 !== undefined) {
      entries.push({ url: url.text, algorithm: 'sha256', digest: sha256.text.toLowerCase() });
    } else if (url !== undefined || sha256 !== undefined) {
      problems.push({
        where: `line ${(url ?? sha256)!.line}`,
        message: 'has no counterpart: an installer has a URL and a hash',
      });
    }
    url = undefined;
    sha256 = undefined;
  };
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const match = KEY.exec(line);
    if (match === null) continue;
    const isUrl = match[1] === 'InstallerUrl';
    const value = { line: index + 1, text: readScalar(match[2] ?? '') };
    if (isUrl ? url !== undefined : sha256 !== undefined) close();
    if (isUrl ? URL.canParse(value.text) : /^[0-9a-fA-F]{64}$/.test(value.text)) {
      if (isUrl) url = value;
      else sha256 = value;
    } else {
      problems.push({ where: `line ${value.line}`, message: isUrl ? 'is no URL' : 'is no sha256' });
    }
  }
  close();
  return { entries, problems };
}

interface Value {
  readonly line: number;
  readonly text: string;
}

/** A plain or quoted scalar, without the comment behind it. */
function readScalar(text: string): string {
  const quoted = /^(?:'([^']*)'|"([^"\\]*)")\s*(?:#.*)?$/.exec(text.trim());
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? '';
  return text.replace(/(?:^|\s)#.*$/, '').trim();
}
