import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { source as axe } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteDeliveries, writeReportFolder } from '../../src/report-folder/write-folder.js';
import { NO_PUBLISHER } from '../../src/vendor-reports/publisher.js';
import { detection, falsePositive, HOSTILE_NAMES, planOf, PUBLISHER, shippedTemplates } from '../support/reports.js';
import { tempFolder } from '../support/temp.js';
import type { ReportPlan } from '../../src/vendor-reports/plan-types.js';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterAll(() => browser.close());

async function folderOf(plan: ReportPlan): Promise<string> {
  const root = tempFolder();
  await writeReportFolder(plan, root, {
    templates: shippedTemplates(),
    signal: new AbortController().signal,
  });
  return root;
}

interface Opened {
  readonly page: Page;
  /** Requests beyond the page itself, and everything the page complained about. */
  readonly trouble: readonly string[];
}

async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Opened> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const trouble: string[] = [];
  const address = pathToFileURL(path).href;
  page.on('request', (request) => request.url() !== address && trouble.push(request.url()));
  page.on('console', (message) => message.type() !== 'info' && trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('dialog', (dialog) => trouble.push(dialog.message()));
  await page.goto(address);
  return { page, trouble };
}

/** Rules of axe that a page breaks, with the elements. */
async function violations(page: Page): Promise<readonly string[]> {
  // Into a world of its own would be cleaner, but axe wants the page's: the policy of the page stands in its way there.
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setBypassCSP', { enabled: true });
  await page.reload();
  await page.evaluate(axe);
  const found = await page.evaluate<readonly string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
  await session.send('Page.setBypassCSP', { enabled: false });
  return found;
}

const rich = (): ReportPlan =>
  planOf(
    [
      falsePositive(
        ['BitDefender', 'ALYac', 'Emsisoft', 'Microsoft', 'Bkav', 'Symantec', 'NewAV', 'SUPERAntiSpyware'],
        {
          findings: [{ code: 'unsigned', severity: 'medium', args: {} }],
        },
      ),
      falsePositive(['Kaspersky'], { name: 'odd.exe', sha256: '1'.repeat(64), verdict: 'unproven' }),
    ],
    {},
    NO_PUBLISHER,
  );

const hostile = (): ReportPlan =>
  planOf(
    HOSTILE_NAMES.map((name, index) =>
      falsePositive([], {
        name,
        sha256: String(index).padStart(64, '0'),
        findings: [{ code: 'packed-section', severity: 'medium', args: { section: name, entropy: 7.9 } }],
        permalink: index === 0 ? 'javascript:alert(1)' : 'https://www.virustotal.com/x"><script>alert(1)</script>',
        detections: [detection('BitDefender', name), detection(name, name), detection('Microsoft', name)],
      }),
    ),
    {},
    { ...PUBLISHER, product: '<img src=x onerror=alert(1)>' },
  );

describe('the pages of a report folder', () => {
  it.each([
    ['index.html', 'light', 1200],
    ['index.html', 'dark', 1200],
    ['index.html', 'light', 380],
    ['bitdefender/form.html', 'light', 1200],
    ['bitdefender/form.html', 'dark', 380],
  ] as const)('have no accessibility violation: %s, %s, %d wide', async (path, colorScheme, width) => {
    for (const plan of [rich(), hostile()]) {
      const { page } = await open(join(await folderOf(plan), path), { colorScheme, viewport: { width, height: 800 } });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await page.context().close();
    }
  });

  it('run nothing and load nothing that hostile names bring along', async () => {
    const root = await folderOf(hostile());
    for (const path of ['index.html', 'bitdefender/form.html']) {
      const { page, trouble } = await open(join(root, path));
      expect(trouble).toEqual([]);
      expect(await page.title()).not.toBe('owned');
      expect(await page.locator('img, iframe, [onerror]').count()).toBe(0);
      const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
      expect(links.filter((link) => !/^(https:|mailto:|\.\.\/|[a-z0-9-]+\/)/.test(link))).toEqual([]);
    }
  });

  it('let nothing run even if markup got in', async () => {
    const root = await folderOf(rich());
    const { page } = await open(join(root, 'index.html'));
    const ran = await page.evaluate(`(async () => {
      document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="document.title=\\'owned\\'">');
      const script = document.createElement('script');
      script.textContent = 'document.title = "owned"';
      document.body.append(script);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return document.title;
    })()`);
    expect(ran).not.toBe('owned');
  });

  it('are complete without script', async () => {
    const root = await folderOf(rich());
    const { page } = await open(join(root, 'bitdefender/form.html'), { javaScriptEnabled: false });
    expect(await page.locator('button:visible').count()).toBe(0);
    expect(await page.locator('pre:visible').allInnerTexts()).toContain('Gen:Variant.Tedy.1');
    await page.goto(pathToFileURL(join(root, 'index.html')).href);
    for (const words of [
      'Bitdefender',
      'Missing facts',
      'not in the directory',
      'Should also clear: ALYac, Emsisoft',
      'odd.exe',
      '1 thing may explain it',
    ]) {
      expect(await page.locator('body').innerText()).toContain(words);
    }
    await page.locator('summary').first().click();
    expect(await page.locator('details[open] li').count()).toBeGreaterThan(0);
  });

  it('copy a field with the keyboard alone', async () => {
    const root = await folderOf(rich());
    const { page } = await open(join(root, 'bitdefender/form.html'), {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByRole('button', { name: 'Copy detection name' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Copied: detection name').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('Gen:Variant.Tedy.1');
  });

  it('remember what was ticked off', async () => {
    const root = await folderOf(rich());
    const { page } = await open(join(root, 'index.html'));
    const box = page.getByRole('checkbox', { name: 'Microsoft: done' });
    await box.check();
    await page.reload();
    expect(await box.isChecked()).toBe(true);
    expect(await page.getByRole('checkbox', { name: 'Bitdefender: done' }).isChecked()).toBe(false);
  });

  it('show what was sent, ticked off, and what is left', async () => {
    const root = tempFolder();
    const plan = rich();
    const written = await writeReportFolder(plan, root, {
      templates: shippedTemplates(),
      signal: new AbortController().signal,
    });
    const to = ['fpreport@bkav.com'];
    await noteDeliveries(plan, root, written, [
      { vendor: 'Bkav Corporation', state: 'sent', to, at: '2026-11-24T02:30:00Z' },
      { vendor: 'Microsoft', state: 'by-hand', reason: 'form' },
      { vendor: 'ESTsecurity', state: 'held', reason: 'Bitdefender' },
    ]);
    const { page, trouble } = await open(join(root, 'index.html'));
    expect(trouble).toEqual([]);
    expect(await page.getByRole('checkbox', { name: 'Bkav Corporation: done' }).isChecked()).toBe(true);
    expect(await page.getByRole('checkbox', { name: 'Microsoft: done' }).isChecked()).toBe(false);
    const text = await page.locator('main').innerText();
    for (const words of ['1 message sent', 'Sent to fpreport@bkav.com at 2026-11-24T02:30:00Z', 'Held back']) {
      expect(text).toContain(words);
    }
    expect(await violations(page)).toEqual([]);
  });

  it('lead to files that are there', async () => {
    const root = await folderOf(rich());
    const { page } = await open(join(root, 'index.html'));
    const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(local.length).toBeGreaterThan(5);
    for (const link of local) expect(() => readFileSync(join(root, decodeURIComponent(link)))).not.toThrow();
  });

  it('print without buttons', async () => {
    const { page } = await open(join(await folderOf(rich()), 'bitdefender/form.html'));
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('button:visible').count()).toBe(0);
  });
});
