import type { RouteRecordRaw } from 'vue-router';
import { addWords } from '@/platform/i18n';
import { shopWords } from './words';

/** Consumers, on phones first. */
export const shopRoutes: RouteRecordRaw[] = [
  {
    path: '/',
    component: () => import('./ShopShell.vue'),
    beforeEnter: () => addWords(shopWords),
    children: [
      { path: '', name: 'home', component: () => import('@/modules/live/pages.shop/HomePage.vue'), meta: { title: 'shop.home.title' } },
    ],
  },
  { path: '/room/:id', name: 'room', component: () => import('@/modules/live/pages.shop/RoomPage.vue'), beforeEnter: () => addWords(shopWords), meta: { title: 'shop.room.title' } },
  { path: '/sign-in', name: 'sign-in', component: () => import('@/modules/people/pages.shop/SignInPage.vue'), beforeEnter: () => addWords(shopWords), meta: { title: 'shop.signIn.title' } },
];
