/**
 * Whether `text` fits a glob of `*` (any characters) and `?` (one character), any case. Time is at most proportional to
 * the product of both lengths: the text is a hostile file name, so this is no regular expression. Pure.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = [...glob.toLowerCase()];
  const subject = [...text.toLowerCase()];
  let at = 0;
  let from = 0;
  let star = -1;
  let resumeAt = 0;
  while (at < subject.length) {
    if (pattern[from] === '*') {
      star = from;
      resumeAt = at;
      from += 1;
    } else if (from < pattern.length && (pattern[from] === '?' || pattern[from] === subject[at])) {
      from += 1;
      at += 1;
    } else if (star >= 0) {
      resumeAt += 1;
      at = resumeAt;
      from = star + 1;
    } else return false;
  }
  return pattern.slice(from).every((character) => character === '*');
}
