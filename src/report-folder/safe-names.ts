/** Names that Windows keeps for devices, whatever follows the dot. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

const LONGEST = 100;

/**
 * Names for the entries of an archive that any system can unpack and that cannot leave the folder or pose as another kind
 * of file: no folders, control characters, bidirectional overrides or characters that Windows refuses; at most 100
 * characters, the extension kept; no two alike in any case. Pure.
 */
export function safeEntryNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const safe = safeName(name);
    const { stem, extension } = split(safe);
    let candidate = safe;
    for (let number = 2; taken.has(candidate.toLowerCase()); number += 1) candidate = `${stem}-${number}${extension}`;
    taken.add(candidate.toLowerCase());
    return candidate;
  });
}

function safeName(name: string): string {
  const clean = (name.split(/[\\/]/).at(-1) ?? '')
    .normalize('NFC')
    // Control and format characters (among them every bidirectional override), private use, lone surrogates.
    .replace(/\p{C}/gu, '')
    .replace(/[<>:"|?*\u2028\u2029]/g, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  const named = clean === '' ? 'sample' : clean;
  const free = RESERVED.test(named) ? `_${named}` : named;
  const { stem, extension } = split(free);
  const room = LONGEST - [...extension].length;
  return `${[...stem].slice(0, room).join('').trimEnd()}${extension}`;
}

function split(name: string): { readonly stem: string; readonly extension: string } {
  const [, stem = name, extension = ''] = /^(.+?)(\.[A-Za-z0-9]{1,10})?$/u.exec(name) ?? [];
  return { stem, extension };
}
