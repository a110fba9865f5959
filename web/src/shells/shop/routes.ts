import type { RouteRecordRaw } from 'vue-router';
import { addWords } from '@/platform/i18n';
import { shopWords } from './words';

const words = () => addWords(shopWords);

/** Consumers, on phones first. */
export const shopRoutes: RouteRecordRaw[] = [
  {
    path: '/',
    component: () => import('./ShopShell.vue'),
    beforeEnter: words,
    children: [
      { path: '', name: 'home', component: () => import('@/modules/live/pages.shop/HomePage.vue'), meta: { title: 'shop.home.title' } },
      { path: 'orders', name: 'orders', component: () => import('@/modules/market/pages.shop/OrdersPage.vue'), meta: { title: 'shop.nav.orders', signedIn: true } },
      { path: 'me', name: 'me', component: () => import('@/modules/people/pages.shop/MePage.vue'), meta: { title: 'shop.nav.me', signedIn: true } },
    ],
  },
  { path: '/room/:id', name: 'room', component: () => import('@/modules/live/pages.shop/RoomPage.vue'), beforeEnter: words, meta: { title: 'shop.room.title' } },
  { path: '/watch/:session', name: 'replay', component: () => import('@/modules/live/pages.shop/ReplayPage.vue'), beforeEnter: words, meta: { title: 'shop.replay.title' } },
  { path: '/product/:id', name: 'product', component: () => import('@/modules/market/pages.shop/ProductPage.vue'), beforeEnter: words, meta: { title: 'shop.product.title' } },
  { path: '/seller/:id', name: 'seller', component: () => import('@/modules/people/pages.shop/SellerPage.vue'), beforeEnter: words, meta: { title: 'shop.seller.title' } },
  { path: '/orders/:id', name: 'order', component: () => import('@/modules/market/pages.shop/OrderPage.vue'), beforeEnter: words, meta: { title: 'shop.order.title', signedIn: true } },
  { path: '/me/addresses', name: 'addresses', component: () => import('@/modules/people/pages.shop/AddressesPage.vue'), beforeEnter: words, meta: { title: 'shop.address.title', signedIn: true } },
  { path: '/me/notices', name: 'notices', component: () => import('@/modules/people/pages.shop/NoticesPage.vue'), beforeEnter: words, meta: { title: 'shop.me.notices', signedIn: true } },
  { path: '/me/helpers', name: 'helpers', component: () => import('@/modules/people/pages.shop/HelpersPage.vue'), beforeEnter: words, meta: { title: 'shop.me.helpers', signedIn: true } },
  { path: '/me/devices', name: 'devices', component: () => import('@/modules/people/pages.shop/DevicesPage.vue'), beforeEnter: words, meta: { title: 'shop.me.devices', signedIn: true } },
  { path: '/me/security', name: 'security', component: () => import('@/modules/people/pages.shop/SecurityPage.vue'), beforeEnter: words, meta: { title: 'shop.me.security', signedIn: true } },
  { path: '/me/privacy', name: 'privacy', component: () => import('@/modules/people/pages.shop/PrivacyPage.vue'), beforeEnter: words, meta: { title: 'shop.me.privacy', signedIn: true } },
  { path: '/sign-in', name: 'sign-in', component: () => import('@/modules/people/pages.shop/SignInPage.vue'), beforeEnter: words, meta: { title: 'shop.signIn.title' } },
];
