import { isActive, isDoubted, shortId, type Case } from '../domain/case.js';
import { mark, remind, type CaseMark } from '../domain/case-mark.js';
import type { Instant } from '../domain/time.js';
import { UsageError } from '../errors.js';
import type { CaseStore } from '../ports.js';

const LEAST_ID_LENGTH = 4;

/**
 * The case whose id begins so.
 *
 * @throws UsageError `CONFIG_USAGE` when there is none, or more than one
 */
export function findCase(cases: readonly Case[], text: string): Case {
  const prefix = text.toLowerCase();
  const isId = prefix.length >= LEAST_ID_LENGTH && /^[0-9a-f]+$/.test(prefix);
  const found = isId ? cases.filter(({ id }) => id.startsWith(prefix)) : [];
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new UsageError(
    'CONFIG_USAGE',
    found.length > 1
      ? `${JSON.stringify(text)} is the beginning of ${found.length} cases: ${found.map(({ id }) => id.slice(0, 12)).join(', ')}`
      : `no case has the id ${JSON.stringify(text)}`,
    { hint: `absolve cases lists them; ${LEAST_ID_LENGTH} digits or more that no other case begins with are enough` },
  );
}

/**
 * Records what happened outside.
 *
 * @throws UsageError `CONFIG_USAGE` when a later case of the same vendor and content took its place; StoreError
 */
export async function markCase(store: CaseStore, known: Case, given: CaseMark): Promise<Case> {
  return change(store, known, (current, cases) => {
    const later = cases.find(({ predecessor }) => predecessor === current.id);
    if (later !== undefined) {
      throw new UsageError('CONFIG_USAGE', `case ${shortId(current)} is over: it went on as ${shortId(later)}`, {
        hint: `absolve cases mark ${shortId(later)} ${given.to}`,
      });
    }
    return mark(current, given);
  });
}

/**
 * Records a reminder, for a case that was reported and of which nothing new is known that speaks against asking.
 *
 * @returns the case as it was before, which is what the reminder tells of
 * @throws UsageError `CONFIG_USAGE`; StoreError
 */
export async function remindCase(store: CaseStore, known: Case, at: Instant): Promise<Case> {
  let before = known;
  await change(store, known, (current) => {
    refuseReminder(current);
    before = current;
    return remind(current, at);
  });
  return before;
}

function refuseReminder(known: Case): void {
  const id = shortId(known);
  if (known.state === 'open') {
    throw new UsageError('CONFIG_USAGE', `case ${id} was not reported yet: there is nothing to remind of`, {
      hint: `write to the vendor first (absolve report), then: absolve cases mark ${id} reported`,
    });
  }
  if (!isActive(known)) throw new UsageError('CONFIG_USAGE', `case ${id} is ${known.state}: nothing is waited for`);
  if (isDoubted(known)) {
    throw new UsageError('CONFIG_USAGE', `the file of case ${id} is ${known.verdict} by now`, {
      hint: 'have somebody look at it before a vendor is asked again to call it clean',
    });
  }
}

async function change(
  store: CaseStore,
  known: Case,
  work: (current: Case, cases: readonly Case[]) => Case,
): Promise<Case> {
  const cases = await store.updateCases([known.artifact.id], (all) =>
    all.map((each) => (each.id === known.id ? work(each, all) : each)),
  );
  return cases.find(({ id }) => id === known.id) ?? known;
}
