import { parseDuration } from '../domain/time.js';
import { FAULT_KINDS, type Fault, type FaultKind } from './faults.js';

/**
 * A fault from its command-line form: the kind, a duration after `=` for those that take one, and matchers after commas.
 * `503,route=/files,method=POST,nth=2`, `slow-body=5s,route=/analyses/{id}`, `cut,subject=setup.exe,times=3`.
 *
 * @returns the sentence that says what is wrong, when something is. Pure.
 */
export function parseFault(spec: string): Fault | string {
  const [head = '', ...matchers] = spec.split(',').map((part) => part.trim());
  const [kind = '', duration] = splitOnce(head);
  if (!isFaultKind(kind))
    return `${JSON.stringify(kind)} is no fault; there are ${Object.keys(FAULT_KINDS).join(', ')}`;
  const durationMs = duration === undefined ? undefined : parseDuration(duration);
  if (duration !== undefined && durationMs === undefined) return `${JSON.stringify(duration)} is no duration`;
  const members = matchers.map(parseMatcher);
  const wrong = members.find((member) => typeof member === 'string');
  if (wrong !== undefined) return wrong;
  return Object.assign(durationMs === undefined ? { kind } : { kind, durationMs }, ...members) as Fault;
}

function parseMatcher(matcher: string): Partial<Fault> | string {
  const [name = '', value = ''] = splitOnce(matcher);
  if (value === '') return `${JSON.stringify(matcher)} is not name=value`;
  switch (name) {
    case 'route':
    case 'subject':
      return { [name]: value };
    case 'method':
      return { method: value.toUpperCase() };
    case 'nth':
    case 'times':
      return /^[1-9]\d{0,8}$/.test(value) ? { [name]: Number(value) } : `${name} must be a whole number from 1`;
    default:
      return `${JSON.stringify(name)} is none of route, method, subject, nth, times`;
  }
}

function splitOnce(text: string): readonly string[] {
  const at = text.indexOf('=');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULT_KINDS, text);
}
