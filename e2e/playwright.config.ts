import { defineConfig } from '@playwright/test';

// The system's Chromium; without its own background traffic, which a closed network would refuse at length.
const chromium = {
  executablePath: process.env.ODRADEK_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    ...[
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
    ...['--disable-component-update', '--disable-sync'],
  ],
};

export default defineConfig({
  workers: 1,
  fullyParallel: false,
  // For a machine that is slow and busy; what is there is not waited for.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  outputDir: './test-results',
  projects: [
    {
      name: 'browser',
      testDir: './journeys',
      use: {
        launchOptions: chromium,
        viewport: { width: 1280, height: 900 },
        permissions: ['clipboard-read', 'clipboard-write'],
      },
    },
    { name: 'desktop', testDir: './desktop' },
  ],
});
