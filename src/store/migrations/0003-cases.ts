import type { Migration } from './index.js';

/** False positives that are followed, and what happened to them. */
export const caseTables: Migration = {
  name: '0003-cases',
  async up(db) {
    const { schema } = db;
    await schema
      .createTable('case_record')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('ordinal', 'integer', (column) => column.notNull())
      .addColumn('vendor', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('artifact', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('verdict', 'text', (column) => column.notNull())
      .addColumn('opened_at', 'bigint', (column) => column.notNull())
      .addColumn('analysed_at', 'bigint', (column) => column.notNull())
      .addColumn('flagged_at', 'bigint', (column) => column.notNull())
      .addColumn('ticket', 'text')
      .addColumn('predecessor', 'text')
      .addColumn('facts', 'text', (column) => column.notNull())
      .addColumn('claims', 'text', (column) => column.notNull())
      .addColumn('evidence', 'text', (column) => column.notNull())
      .addColumn('quiet_at', 'text', (column) => column.notNull())
      // One chain of cases for each vendor and content, whoever writes it.
      .addUniqueConstraint('case_chain', ['artifact', 'kind', 'vendor', 'ordinal'])
      .execute();
    await schema.createIndex('case_state').on('case_record').column('state').execute();
    await schema
      .createTable('case_event')
      .addColumn('case_id', 'text', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('case_event_pk', ['case_id', 'position'])
      .execute();
  },
};
