/** Shows which key it was without giving it away: `[key …1a2b]`; short ones show nothing of themselves. Pure. */
export function maskedKey(key: string): string {
  return key.length >= 20 ? `[key …${key.slice(-4)}]` : '[key]';
}

/** Replaces every occurrence of each secret in `text`, also percent-encoded ones. Pure. */
export function mask(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    masked = masked.replaceAll(secret, maskedKey(secret)).replaceAll(encodeURIComponent(secret), maskedKey(secret));
  }
  return masked;
}
