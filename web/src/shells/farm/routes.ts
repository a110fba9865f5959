import type { RouteRecordRaw } from 'vue-router';
import { addWords } from '@/platform/i18n';
import { farmWords } from './words';

/** Farmers and hosts: cheap phones, weak networks, large type. */
export const farmRoutes: RouteRecordRaw[] = [
  {
    path: '/farm',
    component: () => import('./FarmShell.vue'),
    beforeEnter: () => addWords(farmWords),
    meta: { signedIn: true },
    children: [{ path: '', name: 'farm', component: () => import('@/modules/live/pages.farm/FarmHomePage.vue'), meta: { title: 'farm.home.title' } }],
  },
];
