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
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: [/^\/(api|live|replay\/[^/]+\/index|media|metrics|healthz|readyz)/] }));
