import type { SignatureReport, SignatureState } from '../domain/signature.js';
import type { Detail } from '../domain/evidence.js';

/**
 * Ends the check of one signature with a state other than `intact`. Internal: `verifyFile` turns it into the report.
 */
export class SignatureError extends Error {
  readonly state: Exclude<SignatureState, 'intact'>;
  readonly code: string;
  readonly args: Detail;

  constructor(state: Exclude<SignatureState, 'intact'>, code: string, args: Detail = {}) {
    super(code);
    this.name = 'SignatureError';
    this.state = state;
    this.code = code;
    this.args = args;
  }

  toReport(): SignatureReport {
    return { state: this.state, signers: [], reason: { code: this.code, args: this.args } };
  }
}
