import { defineConfig, loadEnv } from "vite";

// The built page is served below /demo/ and knows it only by relative addresses. Nothing is inlined, so that
// `default-src 'self'` holds for scripts, styles and pictures alike.
export default defineConfig(({ mode }) => {
  const gateway = loadEnv(mode, ".", "VESTIBULE_")["VESTIBULE_URL"] ?? "http://127.0.0.1:8000";
  return {
    base: "./",
    publicDir: false,
    build: {
      target: "es2022",
      rolldownOptions: { input: ["index.html", "call.html"] },
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
    server: {
      proxy: {
        "/session": { target: gateway, rewrite: (path: string) => `/demo${path}` },
        "/connection": { target: gateway, ws: true },
        "/signal": { target: gateway, ws: true },
        "/ice": { target: gateway },
      },
    },
  };
});
