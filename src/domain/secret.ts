/** Shows which key it was without giving it away: `[key …1a2b]`; short ones show nothing of themselves. Pure. */
export function maskedKey(key: string): string {
  return key.length >= 20 ? `[key …${key.slice(-4)}]` : '[key]';
}

/**
 * Replaces every occurrence of each secret in `text`, also percent-encoded ones in capital or small letters. Pure.
 *
 * @param shown what stands in its place; default: which key it was, without giving it away
 */
export function mask(text: string, secrets: readonly string[], shown?: string): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    const encoded = encodeURIComponent(secret);
    const small = encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
    for (const spelling of [secret, encoded, small]) {
      masked = masked.replaceAll(spelling, () => shown ?? maskedKey(secret));
    }
  }
  return masked;
}
