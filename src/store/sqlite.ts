import Libsql from 'libsql';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';

/** The few methods that we use of a synchronous SQLite driver; `libsql` and its relatives have them. */
export interface SqliteDatabase {
  prepare(sql: string): {
    readonly reader: boolean;
    all(...parameters: readonly unknown[]): unknown[];
    run(...parameters: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  };
  exec(sql: string): void;
  close(): void;
}

/** How long a statement waits for another process before the store counts as locked, milliseconds. */
export const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens a SQLite file for several processes at once: write-ahead log, full sync. A request is in the ledger before it is
 * sent, also after a power loss; that one sync per write is what the promise costs.
 */
export function openSqlite(path: string): SqliteDatabase {
  const database = new Libsql(path, { timeout: BUSY_TIMEOUT_MS } as Libsql.Options) as unknown as SqliteDatabase;
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  return database;
}

/** A kysely dialect over one connection of that database. Transactions take the write lock when they begin. */
export function sqliteDialect(database: SqliteDatabase): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (): DatabaseIntrospector => {
      throw new Error('the store does not introspect');
    },
  };
}

type Statement = ReturnType<SqliteDatabase['prepare']>;

class SqliteDriver implements Driver {
  readonly #database: SqliteDatabase;
  readonly #connection: DatabaseConnection;
  /** Callers that wait for the one connection. */
  #queue: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#connection = new SqliteConnection(database);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const turn = this.#queue;
    let release: () => void = () => {};
    this.#queue = new Promise((resolve) => {
      release = resolve;
    });
    await turn;
    this.#release = release;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#release?.();
  }

  async beginTransaction(): Promise<void> {
    // A deferred transaction that reads and then writes fails at once when another process wrote in between.
    this.#database.exec('BEGIN IMMEDIATE');
  }

  async commitTransaction(): Promise<void> {
    this.#database.exec('COMMIT');
  }

  async rollbackTransaction(): Promise<void> {
    this.#database.exec('ROLLBACK');
  }

  async destroy(): Promise<void> {
    this.#database.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: SqliteDatabase;
  /** The same few statements run thousands of times. */
  readonly #statements = new Map<string, Statement>();

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#prepare(sql);
    if (statement.reader) return { rows: statement.all(...parameters) as R[] };
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  // oxlint-disable-next-line require-yield -- part of kysely's interface, unused here
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the store does not stream');
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    if (this.#statements.size > 100) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }
}
