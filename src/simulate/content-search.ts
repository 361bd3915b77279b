import type { Rule, Scenario } from './scenario.js';

/** Looks for the content patterns of all rules while a file streams by, holding only the length of the longest one. */
export interface ContentSearch {
  push(chunk: Buffer): void;
  /** The rules whose pattern has been seen. */
  readonly hits: ReadonlySet<Rule>;
}

export function searchContent(scenario: Scenario): ContentSearch {
  const hits = new Set<Rule>();
  const searched = scenario.rules.flatMap((rule) =>
    rule.match.content === undefined ? [] : [{ rule, pattern: rule.match.content }],
  );
  const overlap = Math.max(0, ...searched.map(({ pattern }) => pattern.bytes.length - 1));
  const reach = Math.max(0, ...searched.map(({ pattern }) => pattern.withinBytes));
  let tail: Buffer = Buffer.alloc(0);
  let seenBytes = 0;
  return {
    hits,
    push: (chunk) => {
      if (seenBytes >= reach) return;
      const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      const startsAt = seenBytes - tail.length;
      for (const { rule, pattern } of searched) {
        const at = hits.has(rule) ? -1 : bytes.indexOf(pattern.bytes);
        if (at >= 0 && startsAt + at + pattern.bytes.length <= pattern.withinBytes) hits.add(rule);
      }
      seenBytes += chunk.length;
      // A copy: the chunk belongs to the reader.
      tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - overlap)));
    },
  };
}
