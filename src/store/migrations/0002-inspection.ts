import type { Migration } from './index.js';

/** What files were found to be, so that their signatures are not verified anew in every run. */
export const inspection: Migration = {
  name: '0002-inspection',
  async up(db) {
    await db.schema
      .createTable('inspection')
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('basis', 'text', (column) => column.notNull())
      .addColumn('inspected_at', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('inspection_pk', ['sha256', 'basis'])
      .execute();
  },
};
