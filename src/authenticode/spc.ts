import type { SignatureDigest } from '../domain/signature.js';
import { singleAttribute, type SignedMessage, type SignerInfo } from './cms.js';
import { childrenOf, membersOf, octetsOf, oidOf, type Element } from './der.js';
import { bigEndianText } from './der-values.js';
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
 * @throws FormatError
 * @throws SignatureError `unreadable`
 */
export function readIndirectData({ contentType, contentElement }: SignedMessage): IndirectData {
  if (contentType !== INDIRECT_DATA) throw new SignatureError('unreadable', 'not-authenticode');
  const [data, messageDigest] = membersOf(contentElement);
  oidOf(membersOf(data)[0]);
  const [algorithm, value] = membersOf(messageDigest);
  const oid = oidOf(membersOf(algorithm)[0]);
  const digest = digestOfOid(oid);
  if (digest === undefined) throw new SignatureError('unreadable', 'digest-unsupported', { oid });
  return { digest, value: octetsOf(value) };
}

/** Program name and address that the signer wrote into the signature, as far as they are there. */
export function readOpusInfo(signer: SignerInfo): { readonly programName?: string; readonly programUrl?: string } {
  let programName: string | undefined;
  let programUrl: string | undefined;
  for (const field of partsOf(singleAttribute(signer.signedAttributes, OPUS_INFO))) {
    const inner = partsOf(field)[0];
    // [0] programName is an SpcString: [0] UTF-16 or [1] ASCII. [1] moreInfo is an SpcLink: [0] the address.
    if (field.context === 0 && inner !== undefined) programName = claim(inner.content, inner.context === 0);
    if (field.context === 1 && inner?.context === 0) programUrl = claim(inner.content, false);
  }
  return {
    ...(programName === undefined ? {} : { programName }),
    ...(programUrl === undefined ? {} : { programUrl }),
  };
}

function claim(bytes: Uint8Array, isUnicode: boolean): string | undefined {
  const cut = bytes.subarray(0, MAX_CLAIM_LENGTH * 2);
  const text = isUnicode ? bigEndianText(cut) : Buffer.from(cut).toString('latin1');
  return text === '' ? undefined : text.slice(0, MAX_CLAIM_LENGTH);
}

function partsOf(element: Element | undefined): readonly Element[] {
  return element === undefined ? [] : childrenOf(element);
}
