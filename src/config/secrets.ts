/** Environment variables that may hold an API key, first match wins. */
export const KEY_VARIABLES = ['VT_API_KEY', 'VIRUSTOTAL_API_KEY', 'VTCLI_APIKEY'] as const;

/** Shows which key it was without giving it away: `[key …1a2b]`; short ones show nothing of themselves. Pure. */
export function maskedKey(key: string): string {
  return key.length >= 20 ? `[key …${key.slice(-4)}]` : '[key]';
}

/** Replaces every occurrence of each secret in `text`. Pure. */
export function mask(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) if (secret !== '') masked = masked.replaceAll(secret, maskedKey(secret));
  return masked;
}

/** Masks every key that the environment holds. Pure. */
export function maskSecrets(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return mask(
    text,
    KEY_VARIABLES.map((name) => env[name]?.trim() ?? ''),
  );
}
