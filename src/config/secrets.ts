import { mask } from '../domain/secret.js';

/** Environment variables that may hold an API key, first match wins. */
export const KEY_VARIABLES = ['VT_API_KEY', 'VIRUSTOTAL_API_KEY', 'VTCLI_APIKEY'] as const;

/** Masks every key that the environment holds. Pure. */
export function maskSecrets(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return mask(
    text,
    KEY_VARIABLES.map((name) => env[name]?.trim() ?? ''),
  );
}
