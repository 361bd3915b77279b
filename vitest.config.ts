import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Nothing of the developer's own environment may decide a test: no key, no proxy, no colour.
    env: { VT_API_KEY: '', VIRUSTOTAL_API_KEY: '', VTCLI_APIKEY: '', NO_COLOR: '1', FORCE_COLOR: '' },
  },
});
