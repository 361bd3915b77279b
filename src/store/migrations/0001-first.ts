import type { Migration } from './index.js';

/** The tables of the first release. */
export const first: Migration = {
  name: '0001-first',
  async up(db) {
    const { schema } = db;
    await schema
      .createTable('file_identity')
      .addColumn('path', 'text', (column) => column.primaryKey())
      .addColumn('size_bytes', 'bigint', (column) => column.notNull())
      .addColumn('mtime_ns', 'text', (column) => column.notNull())
      .addColumn('inode', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('sha1', 'text')
      .addColumn('md5', 'text')
      .addColumn('format', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createTable('scan')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('analysed_at', 'bigint', (column) => column.notNull())
      .addColumn('fetched_at', 'bigint', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('is_full', 'integer', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('sha1', 'text')
      .addColumn('md5', 'text')
      .addColumn('size_bytes', 'bigint')
      .addColumn('stats', 'text', (column) => column.notNull())
      .addColumn('flagged', 'text', (column) => column.notNull())
      .addColumn('quiet', 'text', (column) => column.notNull())
      .addColumn('facts', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('scan_pk', ['kind', 'id', 'analysed_at'])
      .execute();
    await schema
      .createTable('unknown')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('asked_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('unknown_pk', ['kind', 'id'])
      .execute();
    await schema
      .createTable('submission')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('via', 'text', (column) => column.notNull())
      .addColumn('analysis_id', 'text')
      .addColumn('submitted_at', 'bigint', (column) => column.notNull())
      .addColumn('previous_analysed_at', 'bigint')
      .addPrimaryKeyConstraint('submission_pk', ['kind', 'id'])
      .execute();
    await schema
      .createTable('request')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('charged', 'integer', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('status', 'integer')
      .addColumn('owner', 'text', (column) => column.notNull())
      .execute();
    await schema.createIndex('request_ended').on('request').columns(['key_id', 'ended_at', 'charged']).execute();
    await schema
      .createTable('key_state')
      .addColumn('key_id', 'text', (column) => column.primaryKey())
      .addColumn('paused_until', 'bigint')
      .addColumn('limits', 'text')
      .execute();
    await schema
      .createTable('run')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('finished_at', 'bigint', (column) => column.notNull())
      .addColumn('exit_code', 'integer', (column) => column.notNull())
      .addColumn('document', 'blob', (column) => column.notNull())
      .execute();
  },
};
