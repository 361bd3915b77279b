// Lint rules, and the borders between the folders of src/: who may know whom stands in one table, one line a folder.
import { readdirSync } from 'node:fs';

const CORE = ['domain', 'errors', 'ports'];

/** What each folder may import beside itself. `compose*` and `cli` join everything; a new folder needs a line here. */
const BORDERS = {
  authenticode: {
    may: ['domain', 'errors', 'formats'],
    because: 'it checks signatures in bytes that formats/ takes apart',
  },
  browser: { may: [], because: 'it is an adapter' },
  config: {
    may: ['domain', 'errors', 'package-files'],
    because: 'it reads what the user set, and carries nothing out',
  },
  demo: { may: [], because: 'it holds the data of the demo' },
  domain: { may: [], because: 'it is pure: pass the value in', packages: false },
  download: { may: [...CORE, 'http'], because: 'it is an adapter' },
  formats: { may: ['domain'], because: 'it parses bytes' },
  hashing: { may: CORE, because: 'it is an adapter' },
  http: { may: [], because: 'it makes agents for HTTP clients' },
  inspection: { may: [...CORE, 'authenticode', 'formats'], because: 'it joins both for one file' },
  mail: { may: CORE, because: 'it is an adapter' },
  manifests: { may: ['domain', 'errors'], because: 'it is an adapter' },
  pipeline: { may: CORE, because: 'adapters come through a port and are wired in compose*.ts', io: false },
  'report-folder': {
    may: ['domain', 'errors', 'package-files', 'vendor-reports'],
    because: 'it writes what vendor-reports/ made',
  },
  reports: { may: ['domain'], because: 'it renders the result document', io: false },
  simulate: { may: ['domain', 'errors'], because: 'the stand-in and the client must not share a mistake' },
  store: { may: CORE, because: 'it is an adapter' },
  targets: { may: CORE, because: 'it is an adapter' },
  'vendor-reports': { may: ['domain', 'errors', 'reports', 'vendors'], because: 'it plans and renders', io: false },
  vendors: { may: ['domain', 'errors', 'package-files'], because: 'it reads the directory of vendors' },
  virustotal: { may: [...CORE, 'http'], because: 'it is an adapter' },
};

/** Joined by nothing but the program and the library. */
const JOINTS = new Set(['cli']);

const IO = [
  'node:fs',
  'node:fs/*',
  'node:http',
  'node:https',
  'node:net',
  'axios',
  'libsql',
  'kysely',
  'nodemailer',
  'nodemailer/lib/smtp-*',
];
const PACKAGES = ['node:*', 'zod', 'axios', 'libsql', 'kysely', 'nodemailer', 'nodemailer/**'];

const entries = readdirSync(new URL('src', import.meta.url), { withFileTypes: true });
const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const modules = entries
  .filter((entry) => entry.isFile())
  .map(({ name }) => name.replace(/\.ts$/, ''))
  // Folders have files of this name as well, and only users import the library's.
  .filter((name) => name !== 'index');
const unknown = folders.filter((name) => BORDERS[name] === undefined && !JOINTS.has(name));
if (unknown.length > 0) throw new Error(`no border for src/${unknown.join(', src/')}: add a line to BORDERS`);

function border([folder, { may, because, packages = true, io = true }]) {
  const knows = may.length === 0 ? 'nothing but itself' : `only itself and ${may.join(', ')}`;
  const closed = [
    ...folders.filter((name) => name !== folder && !may.includes(name)).map((name) => `**/${name}/**`),
    ...modules.filter((name) => !may.includes(name)).map((name) => `**/${name}.js`),
  ];
  const patterns = [{ group: closed, message: `${folder}/ knows ${knows}: ${because}` }];
  if (!packages) patterns.push({ group: PACKAGES, message: `${folder}/ is pure: no system, network or packages` });
  if (!io) patterns.push({ group: IO, message: `${folder}/ does no input or output of its own` });
  return { files: [`src/${folder}/**/*.ts`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

export default {
  ignorePatterns: ['dist', 'fixtures/samples', 'schema', 'data'],
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  rules: {
    'import/no-cycle': 'error',
    'no-console': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'off',
    'no-await-in-loop': 'off',
    'unicorn/no-array-sort': 'off',
    'no-underscore-dangle': 'off',
    'import/no-unassigned-import': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'no-shadow': 'off',
    'unicorn/prefer-array-flat-map': 'off',
    'promise/always-return': 'off',
    'unicorn/no-array-reverse': 'off',
    'no-restricted-globals': [
      'error',
      {
        name: 'process',
        message: 'only cli/process-io.ts knows the process; take it from Io',
      },
    ],
    'max-lines': [
      'warn',
      {
        max: 400,
        skipBlankLines: true,
        skipComments: true,
      },
    ],
    'oxc/no-map-spread': 'off',
    'import/no-named-as-default-member': 'off',
  },
  overrides: [
    ...Object.entries(BORDERS).map(border),
    {
      files: ['src/cli/process-io.ts', 'scripts/**', 'bench/**', 'bin/**', 'test/**', 'fixtures/**'],
      rules: { 'no-restricted-globals': 'off', 'no-console': 'off' },
    },
    { files: ['bench/**', 'scripts/**'], rules: { 'max-lines': 'off' } },
  ],
};
