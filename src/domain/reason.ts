import type { Detail } from './evidence.js';

/** Why: data, never words. Renderers own the words; each code has one help anchor. */
export interface Reason {
  readonly code: string;
  readonly args: Detail;
}
