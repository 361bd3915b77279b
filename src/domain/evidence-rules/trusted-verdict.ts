import type { EvidenceRule } from './input.js';

/** An organisation has told the service that this file is its own good software. Seen in the documentation only: weak. */
export const trustedVerdict: EvidenceRule = ({ service }) => {
  const trusted = service?.trustedVerdict;
  if (trusted === undefined) return [];
  const outcome = trusted.verdict === 'goodware' ? 'supports' : 'silent';
  return [
    { kind: 'trusted-verdict', outcome, detail: { organization: trusted.organization, verdict: trusted.verdict } },
  ];
};
