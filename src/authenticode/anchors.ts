import { UsageError } from '../errors.js';
import { FormatError } from '../formats/format-error.js';
import { parseCertificate, type ParsedCertificate } from './certificate.js';

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/**
 * Reads the certificates of a PEM text, to be trusted as roots (or as intermediates: a chain may end in any of them). Text
 * between the blocks is ignored, as in the usual bundles.
 *
 * @throws UsageError `CONFIG_INVALID` when there is none, or one of them cannot be read
 */
export function parseAnchors(pem: string): readonly ParsedCertificate[] {
  const anchors = [...pem.matchAll(BLOCK)].map(([, base64], index) => {
    try {
      return parseCertificate(Buffer.from(base64!, 'base64'));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      throw new UsageError('CONFIG_INVALID', `certificate ${index + 1} of the roots cannot be read`, { cause: error });
    }
  });
  if (anchors.length === 0) {
    throw new UsageError('CONFIG_INVALID', 'the roots hold no certificate', {
      hint: 'give a PEM file with "-----BEGIN CERTIFICATE-----" blocks',
    });
  }
  return anchors;
}
