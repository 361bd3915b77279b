import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { UsageError } from '../../src/errors.js';
import { searchContent } from '../../src/simulate/content-search.js';
import { parseFault } from '../../src/simulate/fault-spec.js';
import { matchesGlob } from '../../src/simulate/glob.js';
import { loadScenario } from '../../src/simulate/load-scenario.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { scenarioFile } from '../../src/simulate/scenario-file.js';
import { tempFolder } from '../support/temp.js';
import { digest, simulate } from './support.js';

const scenario = (...rules: object[]) => parseScenario({ schemaVersion: 1, rules });
const flag = (engine: string, label = 'Trojan.Generic') => ({ engine, category: 'malicious', label });

/** Uploads, lets the analysis finish, and reads the report. */
async function reportOn(rules: object[], bytes: string, name: string) {
  await using service = await simulate({ scenario: scenario(...rules) });
  await service.upload(bytes, name);
  service.clock.nowMs += 1000;
  return (await service.get(`/files/${digest('sha256', bytes)}`)).body.data.attributes;
}

describe('a rule', () => {
  it('gives its detections, and everyone else finds nothing', async () => {
    const rule = {
      detections: [
        { ...flag('Bkav', 'W32.AIDetectMalware'), engineVersion: '2.0', engineUpdate: '20200101' },
        { engine: 'Brand New Engine', category: 'suspicious', label: 'x' },
        { engine: 'Avira', category: 'failure' },
      ],
      facts: { known_distributors: { distributors: ['Example'] }, tags: ['signed'] },
    };
    const attributes = await reportOn([rule], 'bytes', 'a.exe');
    expect(attributes.last_analysis_stats).toMatchObject({ malicious: 1, suspicious: 1, failure: 1, undetected: 70 });
    expect(attributes.last_analysis_results.Bkav).toEqual({
      method: 'blacklist',
      engine_name: 'Bkav',
      engine_version: '2.0',
      engine_update: '20200101',
      category: 'malicious',
      result: 'W32.AIDetectMalware',
    });
    expect(attributes.last_analysis_results['Brand New Engine'].engine_update).toBe('20260615');
    expect([attributes.known_distributors, attributes.tags]).toEqual([{ distributors: ['Example'] }, ['signed']]);
  });

  it('fits by sha256, name or content, and the first that fits decides', async () => {
    const rules = [
      { match: { sha256: digest('sha256', 'by digest').toUpperCase() }, detections: [flag('ALYac')] },
      { match: { content: { text: 'UPX!' }, name: '*.dll' }, detections: [flag('AVG')] },
      { match: { content: { hex: '4d5a00ff', withinMb: 1 } }, detections: [flag('Avast')] },
      { match: { name: 'Setup-*.EXE' }, detections: [flag('Avira')] },
    ];
    const flaggedBy = async (bytes: string, name: string) => {
      const { last_analysis_results: results } = await reportOn(rules, bytes, name);
      return Object.values<{ category: string; engine_name: string }>(results)
        .filter(({ category }) => category === 'malicious')
        .map((result) => result.engine_name);
    };
    expect(await flaggedBy('by digest', 'setup-1.exe')).toEqual(['ALYac']);
    expect(await flaggedBy('x UPX! y', 'a.dll')).toEqual(['AVG']);
    expect(await flaggedBy('x UPX! y', 'a.exe')).toEqual([]);
    expect(await flaggedBy('by name', 'setup-1.2.exe')).toEqual(['Avira']);
    expect(await flaggedBy('by name', 'my-setup-1.2.exe')).toEqual([]);
  });

  it.each([
    ['timeout', { timeout: 75, malicious: 1, undetected: 0 }],
    ['absent', { timeout: 0, malicious: 1, undetected: 0 }],
  ])('can leave the others in %s', async (others, stats) => {
    const attributes = await reportOn([{ others, detections: [flag('Avira')] }], 'bytes', 'a');
    expect(attributes.last_analysis_stats).toMatchObject(stats);
  });

  it('can make an analysis slow', async () => {
    await using service = await simulate({ scenario: scenario({ match: { name: 'slow*' }, analysisTime: '1min' }) });
    const slow = (await service.upload('a', 'slow.exe')).body.data.id;
    const quick = (await service.upload('b', 'quick.exe')).body.data.id;
    service.clock.nowMs += 59_999;
    const statusOf = async (id: string) => (await service.get(`/analyses/${id}`)).body.data.attributes.status;
    expect([await statusOf(slow), await statusOf(quick)]).toEqual(['in-progress', 'completed']);
  });

  it('for a URL gives the words of URL scanners', async () => {
    const rule = {
      match: { url: 'http://*.example.com/*' },
      detections: [{ engine: 'Sophos' }, { engine: 'X', category: 'harmless' }],
    };
    await using service = await simulate({ scenario: scenario(rule) });
    await service.submitUrl('http://www.example.com/setup.exe');
    service.clock.nowMs += 1000;
    const id = Buffer.from('http://www.example.com/setup.exe').toString('base64url');
    const { last_analysis_results: results } = (await service.get(`/urls/${id}`)).body.data.attributes;
    expect([results.Sophos.result, results.X.result]).toEqual(['malicious', 'clean']);
  });
});

describe('what is known', () => {
  const known = '1'.repeat(64);

  it('has a finished report of the age that the rule says', async () => {
    const rule = { match: { sha256: known }, known: true, analysedAgo: '30d', detections: [flag('Avira')] };
    await using service = await simulate({ scenario: scenario(rule) });
    const { attributes } = (await service.get(`/files/${known}`)).body.data;
    expect(attributes.last_analysis_date).toBe(service.clock.nowMs / 1000 - 30 * 86_400);
    expect(attributes.last_analysis_stats.malicious).toBe(1);
    expect((await service.post(`/files/${known}/analyse`)).status).toBe(200);
  });

  it('may be listed without a rule, and a rule may take it out', async () => {
    const value = {
      schemaVersion: 1,
      known: [known, '2'.repeat(64)],
      rules: [{ match: { sha256: '2'.repeat(64) }, unknown: true }],
    };
    await using service = await simulate({ scenario: parseScenario(value) });
    expect((await service.get(`/files/${known}`)).status).toBe(200);
    expect((await service.get(`/files/${'2'.repeat(64)}`)).status).toBe(404);
  });

  it('may be a share of all files, the same ones every time', async () => {
    const digests = Array.from({ length: 200 }, (_, index) => digest('sha256', String(index)));
    const statuses = async () => {
      await using service = await simulate({ scenario: parseScenario({ schemaVersion: 1, knownShare: 0.5 }) });
      return await Promise.all(digests.map(async (id) => (await service.get(`/files/${id}`)).status));
    };
    const first = await statuses();
    expect(first.filter((status) => status === 200).length).toBeGreaterThan(70);
    expect(first.filter((status) => status === 200).length).toBeLessThan(130);
    expect(await statuses()).toEqual(first);
  });

  it('may be a URL', async () => {
    const rule = { match: { url: 'http://example.com' }, known: true, detections: [{ engine: 'Sophos' }] };
    await using service = await simulate({ scenario: scenario(rule) });
    const { attributes } = (await service.get(`/urls/${digest('sha256', 'http://example.com/')}`)).body.data;
    expect(attributes.last_analysis_stats.malicious).toBe(1);
  });
});

describe('a recorded answer', () => {
  const id = digest('sha256', 'recorded');
  const text = `{ "id":"${id}","type":"file", "attributes":{"md5":"${'a'.repeat(32)}","bundle_info":{"uncompressed_size":3300000000000000000001},
    "last_analysis_results":{"Avira":{"category":"malicious","engine_name":"Avira","result":"X","method":"blacklist"}}}}`;

  it.each([
    ['bare', text, `{"data":${text}}`],
    ['in its envelope', `{"data":${text}}`, `{"data":${text}}`],
  ])('that is %s is served byte for byte, and its file is known', async (_, recorded, served) => {
    const text = '{"schemaVersion":1,"rules":[{"recorded":"answer.json"}]}';
    const folder = folderWith({ 'scenario.json': text, 'answer.json': recorded });
    await using service = await simulate({ scenario: await loadScenario(join(folder, 'scenario.json')) });
    expect((await service.get(`/files/${id}`)).text).toBe(served);
    expect((await service.get(`/files/${'a'.repeat(32)}`)).text).toBe(served);
    const analysis = (await service.post(`/files/${id}/analyse`)).body.data.id;
    service.clock.nowMs += 1000;
    const { attributes } = (await service.get(`/analyses/${analysis}`)).body.data;
    expect([attributes.stats.malicious, attributes.results.Avira.result]).toEqual([1, 'X']);
  });
});

describe('a wrong scenario', () => {
  const problemsOf = (value: unknown): string => {
    try {
      parseScenario(value);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    throw new Error('was accepted');
  };

  it('is refused with every problem and its path', () => {
    const message = problemsOf({
      schemaVersion: 1,
      rulez: [],
      known: ['abc'],
      rules: [
        { match: { sha256: 'xyz' } },
        { match: { content: { text: 'a', hex: '00' } } },
        { match: { name: '*', url: 'http://x' } },
        { analysisTime: 'soon', detections: [{ engine: 'Avira' }, { engine: 'Avira', label: 'x' }] },
        { known: true, match: { name: '*' } },
      ],
    });
    for (const part of [
      '"rulez"',
      'known[0]: must be 64 hexadecimal digits',
      'rules[0].match.sha256',
      'rules[1].match.content: must have either text or hex',
      'rules[2].match: a url cannot be combined',
      'rules[3].analysisTime: must be a duration',
    ]) {
      expect(message).toContain(part);
    }
  });

  it.each([
    [{ detections: [{ engine: 'Avira' }] }, 'rules[0].detections[0].label: is needed'],
    [{ detections: [flag('Avira'), flag('Avira')] }, 'rules[0].detections[1].engine: Avira is there twice'],
    [{ known: true, match: { name: '*' } }, 'rules[0].known: needs match.sha256'],
    [{ known: true, match: { url: 'http://*' } }, 'rules[0].known: needs match.sha256'],
    [{ known: true, unknown: true, match: { sha256: '1'.repeat(64) } }, 'rules[0].unknown'],
    [{ recorded: 'x.json', facts: { a: 1 } }, 'rules[0].recorded: is served as it is'],
    [{ recorded: 'x.json' }, 'rules[0].recorded: "x.json" cannot be read'],
    [{ recorded: { id: 'x' } }, 'rules[0].recorded: must be a file or URL object'],
    [{ match: { url: 'not a url' } }, 'rules[0].match.url: must be an http or https address'],
  ])('%j contradicts itself', (rule, problem) => {
    expect(problemsOf({ schemaVersion: 1, rules: [rule] })).toContain(problem);
  });

  it.each([
    ['{', /JSON/],
    ['[]', /expected object/],
  ])('file with %j is refused as such', async (text, message) => {
    const path = join(folderWith({ 's.json': text }), 's.json');
    await expect(loadScenario(path)).rejects.toMatchObject({ code: 'CONFIG_SCENARIO' });
    await expect(loadScenario(path)).rejects.toThrow(message);
  });

  it('that is not there is refused', async () => {
    await expect(loadScenario('/does/not/exist.json')).rejects.toMatchObject({ code: 'CONFIG_SCENARIO' });
  });
});

it('the published schema is what the parser reads', async () => {
  const schema = z.toJSONSchema(scenarioFile, { io: 'input' });
  const published = { title: 'What absolve simulate knows and says', ...schema };
  await expect(`${JSON.stringify(published, null, 2)}\n`).toMatchFileSnapshot('../../schema/scenario.schema.json');
});

it('the examples of the manual are right', () => {
  const manual = readFileSync(new URL('../../docs/simulate.md', import.meta.url), 'utf8');
  const [, example = ''] = /```json\n(.*?)```/s.exec(manual) ?? [];
  const answer = JSON.stringify({ id: '1'.repeat(64), type: 'file', attributes: {} });
  const recordings = new Map([['answers/real-report.json', answer]]);
  expect(parseScenario(JSON.parse(example), { recordings }).rules.length).toBe(5);
  const faults = [...manual.matchAll(/--fault (\S+)/g)].map(([, spec = '']) => spec.replaceAll("'", ''));
  expect(faults.length).toBe(3);
  for (const spec of faults) expect(parseFault(spec)).toEqual(expect.any(Object));
});

it('a glob is a small language, and never slow', () => {
  expect(matchesGlob('*.exe', 'Setup.EXE')).toBe(true);
  expect(matchesGlob('set?p*', 'setup')).toBe(true);
  expect(matchesGlob('a.c', 'abc')).toBe(false);
  expect(matchesGlob('', '')).toBe(true);
  expect(matchesGlob(`${'*a'.repeat(250)}*b`, 'a'.repeat(5000))).toBe(false);
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '*', '?') }),
      fc.string({ unit: fc.constantFrom('a', 'b') }),
      (glob, text) => {
        const regex = new RegExp(`^${glob.replaceAll('?', '.').replaceAll('*', '.*')}$`);
        expect(matchesGlob(glob, text)).toBe(regex.test(text));
      },
    ),
  );
});

it('content is found however the upload is cut, within its reach and not beyond', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 60, max: 3 }),
      fc.uint8Array({ minLength: 1, maxLength: 4, max: 3 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 9 }),
      (bytes, pattern, withinBytes, size) => {
        const base = scenario({}).rules[0]!;
        const rule = { ...base, match: { content: { bytes: pattern, withinBytes } } };
        const search = searchContent({ rules: [rule], known: [], knownShare: 0 });
        for (let at = 0; at < bytes.length; at += size) search.push(Buffer.from(bytes.subarray(at, at + size)));
        const at = Buffer.from(bytes).indexOf(pattern);
        expect(search.hits.has(rule)).toBe(at >= 0 && at + pattern.length <= withinBytes);
      },
    ),
  );
});

/** A new folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
