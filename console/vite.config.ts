import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The server that `npm run dev` sends /api to; `errata open RUN` prints its address and the link with the token.
const server = process.env["ERRATA_SERVER"] ?? "http://127.0.0.1:8765";

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: "../src/errata/app/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the content security policy admits no data: addresses
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
  server: { host: "127.0.0.1", proxy: { "/api": { target: server, changeOrigin: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
