// npm run bench [part of a name]: every figure that is promised, as a ratio or count of this one run. A new bench is a file
// that exports `cases`, and a line here.
import { cases as hashing } from './hashing.js';
import { cases as memory } from './memory.js';
import { cases as reports } from './reports.js';
import { cases as requests } from './requests.js';
import { cases as signatures } from './signatures.js';
import { cases as start } from './start.js';

const ALL = [...start, ...requests, ...hashing, ...signatures, ...reports, ...memory];

const holds = (figure, target) => {
  const [sign, bound] = target.split(' ');
  return sign === '<=' ? figure <= Number(bound) : figure >= Number(bound);
};

const wanted = process.argv[2] ?? '';
let missed = 0;
for (const { name, target, run } of ALL.filter(({ name }) => name.includes(wanted))) {
  const figure = await run();
  const isHeld = holds(figure, target);
  if (!isHeld) missed += 1;
  console.log(`${isHeld ? 'holds ' : 'MISSED'}  ${figure.toFixed(2).padStart(8)}  ${target.padEnd(8)}  ${name}`);
}
process.exitCode = missed === 0 ? 0 : 1;
