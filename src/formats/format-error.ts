export type FormatErrorCode = 'truncated' | 'malformed' | 'too-large' | 'cyclic' | 'overlapping' | 'unsupported';

/**
 * Content that cannot be read as what it claims to be. Never leaves the functions that take whole files: those turn it
 * into data, because a hostile file is an expected input.
 */
export class FormatError extends Error {
  readonly code: FormatErrorCode;
  /** The part that could not be read, kebab-case, e.g. `section-table`. */
  readonly part: string;

  constructor(code: FormatErrorCode, part: string) {
    super(`${part}: ${code}`);
    this.name = 'FormatError';
    this.code = code;
    this.part = part;
  }
}
