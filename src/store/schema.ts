import type { Generated } from 'kysely';

/** One table each; columns in `snake_case`, instants in epoch milliseconds, booleans 0 or 1. */
export interface Tables {
  file_identity: {
    path: string;
    size_bytes: number;
    mtime_ns: string;
    inode: string;
    sha256: string;
    sha1: string | null;
    md5: string | null;
    format: string;
  };
  scan: {
    kind: string;
    id: string;
    analysed_at: number;
    fetched_at: number;
    source: string;
    is_full: number;
    sha256: string;
    sha1: string | null;
    md5: string | null;
    size_bytes: number | null;
    stats: string;
    flagged: string;
    /** Engines with an opinion that do not flag: what a later "cleared" is proved with. */
    quiet: string;
    facts: string;
  };
  unknown: { kind: string; id: string; asked_at: number };
  submission: {
    kind: string;
    id: string;
    state: string;
    via: string;
    analysis_id: string | null;
    submitted_at: number;
    previous_analysed_at: number | null;
  };
  request: {
    id: Generated<number>;
    key_id: string;
    kind: string;
    subject: string;
    charged: number;
    started_at: number;
    ended_at: number | null;
    status: number | null;
    owner: string;
  };
  inspection: { sha256: string; basis: string; inspected_at: number; document: string };
  case_record: {
    id: string;
    ordinal: number;
    vendor: string;
    kind: string;
    artifact: string;
    state: string;
    verdict: string;
    opened_at: number;
    analysed_at: number;
    flagged_at: number;
    ticket: string | null;
    predecessor: string | null;
    /** `CaseArtifact` without what has a column. */
    facts: string;
    claims: string;
    evidence: string;
    quiet_at: string;
  };
  case_event: { case_id: string; position: number; at: number; origin: string; kind: string; detail: string };
  key_state: { key_id: string; paused_until: number | null; limits: string | null };
  run: { id: Generated<number>; finished_at: number; exit_code: number; document: Uint8Array };
}
