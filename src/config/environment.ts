import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors.js';
import { KEY_VARIABLES } from './secrets.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The API key, from the first of `VT_API_KEY`, `VIRUSTOTAL_API_KEY`, `VTCLI_APIKEY` that is set, else from the file that
 * `ABSOLVE_API_KEY_FILE` names. Never from a flag or the config file.
 *
 * @throws UsageError `CONFIG_NO_KEY`
 */
export function readApiKey(env: Env): string {
  const file = env['ABSOLVE_API_KEY_FILE'];
  const value = KEY_VARIABLES.map((name) => env[name]?.trim()).find(Boolean) ?? (file ? readKeyFile(file) : '');
  if (value === '') {
    throw new UsageError('CONFIG_NO_KEY', 'no API key is set, and VirusTotal has to be asked', {
      hint: 'sign in at virustotal.com, copy the key from "API key" in your account menu, and set it as VT_API_KEY',
    });
  }
  // A header value: anything else in it is a pasting accident, and must not be printed.
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new UsageError('CONFIG_NO_KEY', 'the API key contains white space or other characters that no key has', {
      hint: 'copy it again, without quotes and line breaks',
    });
  }
  return value;
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new UsageError('CONFIG_NO_KEY', `cannot read the file that ABSOLVE_API_KEY_FILE names: ${path}`, {
      cause: error,
    });
  }
}

/** The store's path: `ABSOLVE_STORE`, else `absolve.db` in the user's data folder as each system has it. */
export function storePath(env: Env, platform: string): string {
  const named = env['ABSOLVE_STORE'];
  if (named) {
    if (/^postgres(ql)?:\/\//.test(named)) {
      throw new UsageError(
        'CONFIG_INVALID',
        'ABSOLVE_STORE names a PostgreSQL database, which this version cannot use',
        {
          hint: 'give the path of a file',
        },
      );
    }
    return named;
  }
  return join(dataFolder(env, platform), 'absolve', 'absolve.db');
}

function dataFolder(env: Env, platform: string): string {
  const home = env['HOME'] || env['USERPROFILE'] || homedir();
  if (platform === 'win32') return env['LOCALAPPDATA'] || join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  return env['XDG_DATA_HOME'] || join(home, '.local', 'share');
}
