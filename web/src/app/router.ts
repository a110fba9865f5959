import { createRouter, createWebHistory } from 'vue-router';
import { t } from '@/platform/i18n';
import { whoAmI } from '@/platform/session';
import { deskRoutes } from '@/shells/desk/routes';
import { farmRoutes } from '@/shells/farm/routes';
import { shopRoutes } from '@/shells/shop/routes';

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title. */
    title?: string;
    /** Only for people who have signed in; others are sent to sign in and come back. */
    signedIn?: boolean;
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [...farmRoutes, ...deskRoutes, ...shopRoutes, { path: '/:any(.*)*', name: 'missing', component: () => import('./MissingPage.vue'), meta: { title: 'kit.page.missing' } }],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach(async (to) => {
  if (!to.meta.signedIn) return true;
  const who = await whoAmI().catch(() => undefined); // offline: the page shows what it has kept
  return who === null ? { name: 'sign-in', query: { to: to.fullPath } } : true;
});

router.afterEach((to) => {
  document.title = to.meta.title ? `${t(to.meta.title)} · 田播` : '田播 Tianbo';
});

// A chunk that is gone means a newer release is served: load it, once.
router.onError((error: Error, to) => {
  if (!/dynamically imported module|Importing a module script failed|error loading/i.test(error.message)) return;
  const mark = 'tianbo.reloaded';
  if (sessionStorage.getItem(mark) === to.fullPath) return;
  sessionStorage.setItem(mark, to.fullPath);
  location.assign(to.fullPath);
});
