/** A fact for or against authenticity, or a reason why nothing can be said. */
export type EvidenceOutcome = 'supports' | 'contradicts' | 'silent';

/** Kinds in the order in which a reader wants them. A new kind is one line here and one file that gathers it. */
export const EVIDENCE_KINDS = [
  'signature', // Authenticode digest and CMS, recomputed here
  'signer', // the signer against the product profile
  'timestamp', // countersignature and validity at that time
  'published-hash', // checksum file, winget manifest, own manifest
  'download-match', // the download equals the manifest, or the local file
  'download-host', // host and final host against the profile, TLS valid
  'download-content', // what came behind the link: length, type
  'version-resource', // product, company, original name against the profile
  'msi-identity', // ProductCode and UpgradeCode against the profile
  'known-distributor', // the service's list of known distributors
  'trusted-verdict', // the service's trusted verdict
  'service-signature', // the service's own signature block
  'impersonation', // a name that claims the product without any proof
] as const;

export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** Argument values of evidence, findings and reasons: plain data, words live in the renderer. */
export type Detail = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface Evidence {
  readonly kind: EvidenceKind;
  readonly outcome: EvidenceOutcome;
  readonly detail: Detail;
}

/** Something about a file that explains why an engine may flag it, with what the publisher can do in the renderer. */
export interface Finding {
  /** Stable, kebab-case, e.g. `packed-section`. */
  readonly code: string;
  readonly severity: 'info' | 'low' | 'medium' | 'high';
  readonly args: Detail;
}
