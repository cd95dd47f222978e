import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../../packages/cli/dist/console',
    emptyOutDir: true,
    // The oldest Chromium the console is shown in is the desktop window's.
    target: 'chrome108',
    cssTarget: 'chrome108',
    // The CSP allows no data: address, so every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Served from the same machine: one larger file costs less than several round trips.
    chunkSizeWarningLimit: 1000,
  },
});
