// Draws the page of reports as the README shows it: docs/report-page.png, from what the demo writes. Needs Chromium.
//
//   npm run build && node scripts/screenshot.js [--out docs/report-page.png] [--page index.html]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'docs/report-page.png' },
    page: { type: 'string', default: 'index.html' },
    width: { type: 'string', default: '1200' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'absolve-screenshot-'));
try {
  execFileSync(process.execPath, ['bin/absolve.js', 'demo', '--out', folder], { stdio: 'ignore' });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = await browser.newPage({ viewport: { width: Number(options.width), height: 700 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(join(folder, options.page)).href);
  await page.screenshot({ path: options.out, fullPage: true });
  await browser.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
