import { Constructed, OctetString, type BaseBlock } from 'asn1js';
import type { SignerInfo } from 'pkijs';
import type { SignatureDigest } from '../domain/signature.js';
import { oidText, singleAttribute, type SignedMessage } from './cms.js';
import { digestOfOid } from './digest.js';
import { SignatureError } from './signature-error.js';

const INDIRECT_DATA = '1.3.6.1.4.1.311.2.1.4';
const OPUS_INFO = '1.3.6.1.4.1.311.2.1.12';
const MAX_CLAIM_LENGTH = 1024;

/** What the signer signed: a digest of the file. */
export interface IndirectData {
  readonly digest: SignatureDigest;
  readonly value: Uint8Array;
}

/**
 * Reads SpcIndirectDataContent: `{ data, messageDigest: { algorithm, digest } }`. Page hashes in `data` are optional hints
 * for loaders about parts of what `messageDigest` covers as a whole, so they are not needed to verify a file.
 * Source: Microsoft, "Windows Authenticode Portable Executable Signature Format".
 *
 * @throws SignatureError `unreadable`
 */
export function readIndirectData({ contentType, contentNode }: SignedMessage): IndirectData {
  if (contentType !== INDIRECT_DATA) throw new SignatureError('unreadable', 'not-authenticode');
  const [, messageDigest] = children(contentNode);
  const [algorithm, value] = children(messageDigest);
  const oid = oidText(children(algorithm)[0]);
  if (oid === undefined || !(value instanceof OctetString)) {
    throw new SignatureError('unreadable', 'asn1-malformed', { part: 'indirect-data' });
  }
  const digest = digestOfOid(oid);
  if (digest === undefined) throw new SignatureError('unreadable', 'digest-unsupported', { oid });
  return { digest, value: new Uint8Array(value.getValue()) };
}

/** Program name and address that the signer wrote into the signature, as far as they are there. */
export function readOpusInfo(signer: SignerInfo): { readonly programName?: string; readonly programUrl?: string } {
  let programName: string | undefined;
  let programUrl: string | undefined;
  for (const field of children(singleAttribute(signer.signedAttrs?.attributes, OPUS_INFO))) {
    const inner = children(field)[0];
    if (inner === undefined) continue;
    // [0] programName is an SpcString, [1] moreInfo an SpcLink; both are choices of context tags.
    if (field.idBlock.tagNumber === 0) programName = contextText(inner, inner.idBlock.tagNumber === 0);
    else if (field.idBlock.tagNumber === 1 && inner.idBlock.tagNumber === 0) programUrl = contextText(inner, false);
  }
  return {
    ...(programName === undefined ? {} : { programName }),
    ...(programUrl === undefined ? {} : { programUrl }),
  };
}

function contextText(node: BaseBlock, isUnicode: boolean): string | undefined {
  const bytes = (node as { readonly valueBlock?: { readonly valueHexView?: Uint8Array } }).valueBlock?.valueHexView;
  if (bytes === undefined || bytes.length === 0) return undefined;
  // BMPString is UTF-16 with the high byte first; a half unit at the end is dropped.
  const text = isUnicode
    ? Buffer.from(bytes.subarray(0, bytes.length & ~1))
        .swap16()
        .toString('utf16le')
    : Buffer.from(bytes).toString('latin1');
  return text.length === 0 ? undefined : text.slice(0, MAX_CLAIM_LENGTH);
}

function children(node: BaseBlock | undefined): readonly BaseBlock[] {
  return node instanceof Constructed ? (node.valueBlock.value as readonly BaseBlock[]) : [];
}
