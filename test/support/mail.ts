import { spawnSync } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { composeEml, type EmlOptions } from '../../src/vendor-reports/eml.js';
import type { Message } from '../../src/vendor-reports/message.js';

export function composed(message: Message, options: EmlOptions): Promise<Buffer> {
  return buffer(composeEml(message, options));
}

export function readMail(bytes: Uint8Array): Promise<Email> {
  return PostalMime.parse(bytes);
}

/** What Python's own parser reads: every header in order, and every part with its decoded content. */
export interface PythonMail {
  readonly headers: readonly (readonly [string, string])[];
  readonly defects: readonly string[];
  readonly parts: readonly {
    readonly type: string;
    readonly name: string | null;
    readonly text: string | null;
    readonly size: number;
  }[];
}

const SCRIPT = `
import email, email.policy, json, sys
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = [part for part in message.walk() if not part.is_multipart()]
json.dump({
  'headers': [[name, str(value)] for name, value in message.items()],
  'defects': [str(defect) for part in message.walk() for defect in part.defects],
  'parts': [{'type': part.get_content_type(), 'name': part.get_filename(),
    'text': part.get_content().replace('\\r\\n', '\\n') if part.get_content_maintype() == 'text' else None,
    'size': len(part.get_payload(decode=True))} for part in parts],
}, sys.stdout)
`;

export function readMailWithPython(bytes: Uint8Array): PythonMail {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', SCRIPT], { input: bytes, encoding: 'utf8' });
  if (status !== 0) throw new Error(`python3 is needed for this test: ${stderr}`);
  return JSON.parse(stdout) as PythonMail;
}
