import { defineConfig } from "vite";

export default defineConfig({
  // The content security policy allows neither inline scripts nor data: URLs.
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
