/** Shows which key it was without giving it away: `[key …1a2b]`; short ones show nothing of themselves. Pure. */
export function maskedKey(key: string): string {
  return key.length >= 20 ? `[key …${key.slice(-4)}]` : '[key]';
}

/** Nobody guards anything with less, and words of a sentence are no secrets: stand-ins are used with keys such as `any`. */
const SHORTEST = 6;

/**
 * Replaces every occurrence of each secret in `text`, also percent-encoded ones in capital or small letters. In one pass, so that
 * what was put in is never taken for a secret. Pure.
 *
 * @param secrets those of fewer than 6 characters are none
 * @param shown what stands in their place; default: which key it was, without giving it away
 */
export function mask(text: string, secrets: readonly string[], shown?: string): string {
  const shownOf = new Map(
    secrets
      .filter((secret) => secret.length >= SHORTEST)
      .flatMap((secret) => spellingsOf(secret).map((spelling) => [spelling, shown ?? maskedKey(secret)] as const)),
  );
  if (shownOf.size === 0) return text;
  // The longest first: of two secrets one may be the beginning of the other.
  const spellings = [...shownOf.keys()].toSorted((a, b) => b.length - a.length).map(escapePattern);
  return text.replace(new RegExp(spellings.join('|'), 'g'), (found) => shownOf.get(found) ?? found);
}

function spellingsOf(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret);
  return [secret, encoded, encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())];
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
