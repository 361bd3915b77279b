import { spawnSync } from 'node:child_process';

export type ReferenceState = 'intact' | 'unsigned' | 'broken';

/**
 * What `osslsigncode verify` says about a file that chains to `roots`. It also prints "Succeeded" when one of two signatures or
 * the timestamp failed, so its lines are read, too.
 */
export function referenceState(path: string, roots: string): ReferenceState {
  const { stdout, stderr, status, error } = spawnSync(
    'osslsigncode',
    ['verify', '-ignore-crl', '-ignore-cdp', '-CAfile', roots, '-TSA-CAfile', roots, '-in', path],
    { encoding: 'utf8' },
  );
  if (error !== undefined) throw new Error('osslsigncode is needed for this test: apt-get install osslsigncode');
  const text = `${stdout}${stderr}`;
  if (/verification: failed/.test(text)) return 'broken';
  if (/^Succeeded$/m.test(text) && status === 0) return 'intact';
  return /no signature found|MSI file has no signature|AppxSignature\.p7x does not exist/i.test(text)
    ? 'unsigned'
    : 'broken';
}
