import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compression } from 'vite-plugin-compression2';

/** Where `npm start` runs the services: the page that is edited speaks to them as the built one does. */
const SERVICES = { 'customer-service': 3001, 'sentiment-monitor': 3002, recommender: 3003, trainer: 3004 };

export default defineConfig({
  plugins: [react(), compression({ algorithms: ['gzip'], threshold: 1_024 })],
  // Nothing is written into the page itself: its policy allows no style and no script there.
  build: { target: 'es2022', sourcemap: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: {
    port: 3000,
    proxy: Object.fromEntries(
      Object.entries(SERVICES).map(([service, port]) => {
        const path = `/api/${service}`;
        return [path, { target: `http://127.0.0.1:${String(port)}`, rewrite: (url: string) => url.slice(path.length), ws: true }];
      }),
    ),
  },
});
