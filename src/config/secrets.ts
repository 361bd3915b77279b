import { mask } from '../domain/secret.js';

/** Environment variables that may hold an API key, first match wins. */
export const KEY_VARIABLES = ['VT_API_KEY', 'VIRUSTOTAL_API_KEY', 'VTCLI_APIKEY'] as const;

/** Environment variable that may hold the password of the mail server. */
export const SMTP_PASSWORD_VARIABLE = 'ABSOLVE_SMTP_PASSWORD';

/** Masks every secret that the environment holds. Pure. */
export function maskSecrets(text: string, env: Readonly<Record<string, string | undefined>>): string {
  const valuesOf = (names: readonly string[]): readonly string[] => names.map((name) => env[name]?.trim() ?? '');
  return mask(mask(text, valuesOf(KEY_VARIABLES)), valuesOf([SMTP_PASSWORD_VARIABLE]), '[password]');
}
