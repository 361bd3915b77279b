import type { Kysely } from 'kysely';
import { first } from './0001-first.js';
import { inspection } from './0002-inspection.js';
import { caseTables } from './0003-cases.js';

export interface Migration {
  readonly name: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a migration describes tables that the types no longer (or do not yet) know
  up(db: Kysely<any>): Promise<void>;
}

/** In order; append only. The number of those applied is the store's version. */
export const MIGRATIONS: readonly Migration[] = [first, inspection, caseTables];
