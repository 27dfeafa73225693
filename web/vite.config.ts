import { defineConfig } from "vitest/config";

// The page is served by the node itself under CSP `default-src 'self'`: no inline script, style or data: address.
export default defineConfig({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../kinroom/page",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome100", "firefox115", "safari16"],
    sourcemap: false,
    reportCompressedSize: true,
  },
  server: {
    port: 5173,
    proxy: {
      "/ws": { target: "ws://localhost:8080", ws: true },
      "/api": "http://localhost:8080",
    },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node" },
});
