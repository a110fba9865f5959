/// <reference lib="webworker" />
// The offline shell: the app's own files are kept; pages answer with the shell
// when there is no network. API answers are never kept here (see platform/outbox).
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope;

void self.skipWaiting();
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: [/^\/(api|pay|paysim|live|replay\/[^/]+\/index|media|metrics|healthz|readyz)/] }));

interface Notice {
  title: string;
  body: string;
  url: string;
  tag: string;
}

// A notice that arrives while the app is closed. Only a path of our own is
// ever opened, whatever the message says.
self.addEventListener('push', (event) => {
  const n = (event.data?.json() ?? {}) as Partial<Notice>;
  event.waitUntil(
    self.registration.showNotification(n.title || '田播', {
      body: n.body ?? '', tag: n.tag || undefined, icon: '/icon-192.png', badge: '/icon-192.png', data: { url: n.url ?? '/' },
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const path = String(event.notification.data?.url ?? '/');
  const url = new URL(/^\/(?!\/)/.test(path) ? path : '/', self.location.origin).href;
  event.waitUntil(
    (async () => {
      const windows = await self.clients.matchAll({ type: 'window' });
      const open = windows.find((w) => w.url === url) ?? windows[0];
      if (!open) return void (await self.clients.openWindow(url));
      await open.focus();
      if (open.url !== url) await open.navigate(url);
    })(),
  );
});
