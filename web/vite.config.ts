import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    vue(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/app',
      filename: 'sw.ts',
      registerType: 'autoUpdate',
      injectRegister: false,
      manifest: {
        name: '田播 Tianbo',
        short_name: '田播',
        lang: 'zh-CN',
        description: '农户自己的直播间',
        start_url: '/',
        display: 'standalone',
        background_color: '#f5f6f1',
        theme_color: '#0d4a34',
        icons: [
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any maskable' },
          { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
      injectManifest: { globPatterns: ['index.html', 'boot.js', 'assets/*.{js,css}', 'icon.svg', 'icon-192.png'], globIgnores: ['assets/{desk,hls}-*'] },
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  build: {
    target: ['chrome79', 'safari14', 'firefox90'],
    cssCodeSplit: true,
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 2048,
  },
  server: {
    proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true }, '/live': 'http://127.0.0.1:8080', '/replay/': 'http://127.0.0.1:8080', '/media': 'http://127.0.0.1:8080' },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
});
