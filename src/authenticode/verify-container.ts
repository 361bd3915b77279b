import type { SignatureReport, Signer } from '../domain/signature.js';
import type { Reason } from '../domain/verdict.js';
import { equalBytes } from '../formats/bytes.js';
import { FormatError } from '../formats/format-error.js';
import { findSigner, parseSignedMessage, toSignedMessage, verifySigner, type SignedMessage } from './cms.js';
import type { SignatureContainer } from './container.js';
import { readElement } from './der.js';
import { SignatureError } from './signature-error.js';
import { describeSigner, NESTED_SIGNATURE, type TrustInput } from './signer-report.js';
import { readIndirectData, type IndirectData } from './spc.js';
import { readTimestamp, type Timestamp } from './timestamp.js';

/** Signatures in one file. Windows itself stops at a handful; each costs a few checks of public-key signatures. */
const MAX_SIGNATURES = 16;

interface Layer {
  readonly message: SignedMessage;
  readonly indirect: IndirectData;
  readonly nested: boolean;
}

interface LayerResult {
  readonly signer?: Signer;
  readonly problem?: SignatureError;
}

/**
 * Verifies every signature of a container over one read of the file. `intact` only when all of them hold and nothing is
 * hidden beside them.
 *
 * @throws FormatError
 * @throws SignatureError
 */
export async function verifyContainer(
  container: SignatureContainer,
  trust: TrustInput,
  signal: AbortSignal,
): Promise<SignatureReport> {
  const hidden = hiddenBytes(container);
  const layers = container.messages.flatMap((bytes) => readLayers(parseSignedMessage(bytes)));
  if (layers.length > MAX_SIGNATURES) throw new SignatureError('unreadable', 'too-many-signatures');
  const digests = await container.digests([...new Set(layers.map(({ indirect }) => indirect.digest))], signal);
  const results = layers.map((layer) => verifyLayer(layer, digests.get(layer.indirect.digest) ?? [], trust));
  const signers = results.flatMap(({ signer }) => (signer === undefined ? [] : [signer]));
  const problems = results.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  const worst = problems.find(({ state }) => state === 'tampered') ?? problems[0];
  if (worst !== undefined) return { ...worst.toReport(), signers };
  const defect: Reason | undefined =
    container.defect ?? (hidden === 0 ? undefined : { code: 'hidden-data', args: { bytes: hidden } });
  return defect === undefined ? { state: 'intact', signers } : { state: 'tampered', signers, reason: defect };
}

/** Bytes behind the messages that are no padding: a known way to carry content in a file that stays "signed". */
function hiddenBytes({ messages, padded }: SignatureContainer): number {
  let bytes = 0;
  for (const message of messages) {
    const rest = message.subarray(readElement(message).bytes.length);
    if (!padded || rest.some((byte) => byte !== 0)) bytes += rest.length;
  }
  return bytes;
}

/** The message itself, then the signatures nested in its unsigned attributes, to any depth that the element cap allows. */
function readLayers(primary: SignedMessage): readonly Layer[] {
  const layers: Layer[] = [];
  const queue: { readonly message: SignedMessage; readonly nested: boolean }[] = [{ message: primary, nested: false }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    layers.push({ ...next, indirect: readIndirectData(next.message) });
    if (layers.length + queue.length > MAX_SIGNATURES) throw new SignatureError('unreadable', 'too-many-signatures');
    for (const { oid, values } of next.message.signers[0]?.unsignedAttributes ?? []) {
      if (oid !== NESTED_SIGNATURE) continue;
      queue.push(...values.map((value) => ({ message: toSignedMessage(value), nested: true })));
    }
  }
  return layers;
}

function verifyLayer(layer: Layer, candidates: readonly Uint8Array[], trust: TrustInput): LayerResult {
  const { message, indirect, nested } = layer;
  try {
    const [info, second] = message.signers;
    // Authenticode allows exactly one; with two it would be open whose signature a reader is shown.
    if (info === undefined || second !== undefined) throw new SignatureError('unreadable', 'signer-count');
    const certificate = findSigner(info, message.certificates);
    if (certificate === undefined) throw new SignatureError('unreadable', 'signer-certificate-missing');
    const problems: SignatureError[] = [];
    if (!candidates.some((candidate) => equalBytes(candidate, indirect.value))) {
      problems.push(new SignatureError('tampered', 'digest-mismatch', { digest: indirect.digest }));
    }
    collect(problems, () => verifySigner(info, message, certificate, message.certificates));
    let timestamp: Timestamp | undefined;
    collect(problems, () => {
      timestamp = readTimestamp(info, message.certificates);
    });
    const pool = message.certificates;
    const signer = describeSigner({ info, certificate, pool, indirect, timestamp, nested }, trust);
    const [problem] = problems;
    return problem === undefined ? { signer } : { signer, problem };
  } catch (error) {
    return { problem: asProblem(error) };
  }
}

/** Goes on after a failed check, so that a broken signature still names its signer. */
function collect(problems: SignatureError[], check: () => void): void {
  try {
    check();
  } catch (error) {
    problems.push(asProblem(error));
  }
}

function asProblem(error: unknown): SignatureError {
  if (error instanceof SignatureError) return error;
  if (error instanceof FormatError) return new SignatureError('unreadable', error.code, { part: error.part });
  throw error;
}
