import type { ProductProfile } from '../domain/profile.js';

/** What a publisher says about itself and its product. Everything may be missing; nothing is ever made up for it. */
export interface PublisherFacts {
  readonly product?: string;
  /** The company. */
  readonly publisher?: string;
  readonly website?: string;
  /** What the program is for, in a sentence or two. */
  readonly purpose?: string;
  /** Why it does what looks suspicious, one reason each: reads other programs' mail stores, installs a service. */
  readonly behaviours?: readonly string[];
  /** Addresses where everybody can get it. */
  readonly publishedAt?: readonly string[];
  /** Since when it exists or this version is out, as the publisher puts it: `2006`, `2026-11-20`. */
  readonly since?: string;
  /** Roughly how many use it, in words. */
  readonly users?: string;
  readonly contact?: {
    readonly name?: string;
    readonly role?: string;
    readonly email?: string;
    readonly phone?: string;
  };
}

export const NO_PUBLISHER: PublisherFacts = Object.freeze({});

/**
 * What a product profile says for a report. The first paragraph of its purpose is what the product is for, the others why
 * that may look suspicious; without downloads the hosts say where it is published. Pure.
 */
export function toPublisherFacts(profile: ProductProfile): PublisherFacts {
  const { product, publisher, homepage, contact, since, users } = profile;
  const [purpose, ...behaviours] = profile.purpose;
  const { url: _, ...person } = contact;
  return {
    product,
    publisher,
    ...(homepage !== undefined && { website: homepage }),
    ...(purpose !== undefined && { purpose }),
    behaviours,
    publishedAt: profile.downloads ?? profile.hosts,
    ...(since !== undefined && { since }),
    ...(users !== undefined && { users }),
    contact: person,
  };
}

/**
 * What is known about one artifact beside the check: read from the file itself when the report is made, because a result
 * document tells only what its verdict needed.
 */
export interface LocalFacts {
  /** `present`: on disk with the very content that was checked. */
  readonly state: 'present' | 'changed' | 'gone' | 'unread';
  /** Path to read it from; only when `present`. */
  readonly path?: string;
  readonly sizeBytes?: number;
  readonly md5?: string;
  readonly sha1?: string;
  readonly version?: string;
  readonly signer?: SignerFacts;
}

/** The signature of a file, as an analyst wants to see it. */
export interface SignerFacts {
  /** Distinguished name or common name. */
  readonly subject: string;
  readonly issuer?: string;
  readonly thumbprintSha1?: string;
  readonly thumbprintSha256?: string;
  /** ISO 8601. */
  readonly signedAt?: string;
  readonly timestampedBy?: string;
}
