import type { Instant } from './time.js';

/** Strings of a version resource; absent where the file has none. Hostile text, at most 1,024 characters each. */
export interface VersionResource {
  readonly productName?: string;
  readonly companyName?: string;
  readonly originalFilename?: string;
  readonly internalName?: string;
  readonly fileDescription?: string;
  readonly legalCopyright?: string;
  readonly productVersion?: string;
  readonly fileVersion?: string;
}

/** Identity of an MSI package, from its Property table. Hostile text, at most 1,024 characters each. */
export interface MsiIdentity {
  /** `{XXXXXXXX-XXXX-…}`, upper case; changes with every release. */
  readonly productCode?: string;
  /** Upper case; stable across versions, and therefore the better identifier. */
  readonly upgradeCode?: string;
  readonly productName?: string;
  readonly manufacturer?: string;
  readonly productVersion?: string;
}

/** One section of a PE file. */
export interface SectionFacts {
  /** Hostile text, at most 8 characters. */
  readonly name: string;
  /** Bytes in the file. */
  readonly rawBytes: number;
  /** Bytes in memory. */
  readonly virtualBytes: number;
  /** Shannon entropy in bits a byte, 0 … 8, over at most the first 4 MiB. */
  readonly entropy: number;
  readonly writable: boolean;
  readonly executable: boolean;
}

export type InstallerKind = 'nsis' | 'inno' | 'wix-burn' | '7z-sfx' | 'squirrel' | 'electron';

/** What the headers of a PE file say. */
export interface PeFacts {
  readonly bits: 32 | 64;
  readonly kind: 'exe' | 'dll' | 'driver';
  readonly dotNet: boolean;
  /** COFF time stamp; 0 means none was written. A reproducible build holds a hash here, see `reproducible`. */
  readonly builtAt: Instant;
  /** A debug entry of type "repro" says that `builtAt` is a hash and no time. */
  readonly reproducible: boolean;
  /** `major.minor` of the linker. */
  readonly linker: string;
  readonly hasRichHeader: boolean;
  readonly sections: readonly SectionFacts[];
  /** Imported libraries, lower case, sorted. Ordinary imports only. */
  readonly libraries: readonly string[];
  /** Imported function names, sorted; capped at 4,096. */
  readonly functions: readonly string[];
  readonly hasExports: boolean;
  /** Bytes after the last section, without the signature. */
  readonly overlayBytes: number;
  /** Entropy of the overlay in bits a byte over at most its first 4 MiB; 0 without overlay. */
  readonly overlayEntropy: number;
  /** Offsets (bytes from the start of the file) of complete PE headers inside resources and overlay; at most 32. */
  readonly embeddedExecutables: readonly number[];
}

/** What a file says about itself, read without executing or trusting it. */
export interface FileFacts {
  readonly pe?: PeFacts;
  readonly versionResource?: VersionResource;
  readonly msi?: MsiIdentity;
  readonly installer?: InstallerKind;
  /** Facts that could not be read, by part, as `part: reason-code`, e.g. `resources: truncated`. Sorted. */
  readonly unreadable: readonly string[];
}

export const NO_FACTS: FileFacts = Object.freeze({ unreadable: Object.freeze([]) });
