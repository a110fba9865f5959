import type { RouteRecordRaw } from 'vue-router';
import { addWords } from '@/platform/i18n';
import { deskWords } from './words';

/** Those who run the platform: tables and long days, a phone now and then. */
export const deskRoutes: RouteRecordRaw[] = [
  {
    path: '/desk',
    component: () => import('./DeskShell.vue'),
    beforeEnter: () => addWords(deskWords),
    meta: { signedIn: true },
    children: [{ path: '', name: 'desk', component: () => import('@/modules/live/pages.desk/DeskHomePage.vue'), meta: { title: 'desk.home.title' } }],
  },
];
