import type { RouteRecordRaw } from 'vue-router';
import { addWords } from '@/platform/i18n';
import { farmLiveWords, farmMoreWords, farmWords } from './words';

const live = () => addWords(farmLiveWords);
const more = () => addWords(farmMoreWords, farmLiveWords);

/** Farmers and hosts: cheap phones, weak networks, large type. Two levels deep, no more. */
export const farmRoutes: RouteRecordRaw[] = [
  {
    path: '/farm',
    component: () => import('./FarmShell.vue'),
    beforeEnter: () => addWords(farmWords),
    meta: { signedIn: true },
    children: [
      { path: '', name: 'farm', component: () => import('@/modules/live/pages.farm/FarmHomePage.vue'), meta: { title: 'farm.home.title' } },
      { path: 'go', name: 'farm-go', component: () => import('@/modules/live/pages.farm/GoLivePage.vue'), beforeEnter: live, meta: { title: 'farm.go.title' } },
      { path: 'live/:room', name: 'farm-live', component: () => import('@/modules/live/pages.farm/OnAirPage.vue'), beforeEnter: live, meta: { title: 'farm.air.title' } },
      { path: 'announce', name: 'farm-announce', component: () => import('@/modules/live/pages.farm/AnnouncePage.vue'), beforeEnter: live, meta: { title: 'farm.announce.title' } },
      { path: 'replays', name: 'farm-replays', component: () => import('@/modules/live/pages.farm/ReplaysPage.vue'), beforeEnter: live, meta: { title: 'farm.replays.title' } },
      { path: 'replays/:session', name: 'farm-clip', component: () => import('@/modules/live/pages.farm/ClipPage.vue'), beforeEnter: live, meta: { title: 'farm.clip.title' } },
      { path: 'encoder', name: 'farm-encoder', component: () => import('@/modules/live/pages.farm/EncoderPage.vue'), beforeEnter: live, meta: { title: 'farm.encoder.title' } },
      { path: 'camera', name: 'farm-camera-help', component: () => import('@/modules/live/pages.farm/CameraHelpPage.vue'), beforeEnter: live, meta: { title: 'farm.camera.title' } },
      { path: 'products', name: 'farm-products', component: () => import('@/modules/market/pages.farm/ProductsPage.vue'), beforeEnter: more, meta: { title: 'farm.products.title' } },
      { path: 'products/new', name: 'farm-product-new', component: () => import('@/modules/market/pages.farm/ProductNewPage.vue'), beforeEnter: more, meta: { title: 'farm.product.new' } },
      { path: 'products/:id', name: 'farm-product', component: () => import('@/modules/market/pages.farm/ProductPage.vue'), beforeEnter: more, meta: { title: 'farm.products.title' } },
      { path: 'orders', name: 'farm-orders', component: () => import('@/modules/market/pages.farm/OrdersPage.vue'), beforeEnter: more, meta: { title: 'farm.orders.title' } },
      { path: 'orders/:id', name: 'farm-ship', component: () => import('@/modules/market/pages.farm/ShipPage.vue'), beforeEnter: more, meta: { title: 'farm.ship.title' } },
      { path: 'orders/:id/label', name: 'farm-label', component: () => import('@/modules/market/pages.farm/LabelPage.vue'), beforeEnter: more, meta: { title: 'farm.label.title' } },
      { path: 'money', name: 'farm-money', component: () => import('@/modules/market/pages.farm/MoneyPage.vue'), beforeEnter: more, meta: { title: 'farm.money.title' } },
      { path: 'waiting', name: 'farm-waiting', component: () => import('@/modules/market/pages.farm/WaitingPage.vue'), beforeEnter: more, meta: { title: 'farm.waiting.title' } },
      { path: 'stall', name: 'farm-stall', component: () => import('@/modules/people/pages.farm/StallPage.vue'), beforeEnter: more, meta: { title: 'farm.stall.title' } },
      { path: 'verify', name: 'farm-verify', component: () => import('@/modules/people/pages.farm/VerifyPage.vue'), beforeEnter: more, meta: { title: 'farm.verify.title' } },
      { path: 'recheck', name: 'farm-recheck', component: () => import('@/modules/people/pages.farm/RecheckPage.vue'), beforeEnter: more, meta: { title: 'farm.recheck.title' } },
      { path: 'help', name: 'farm-help', component: () => import('@/modules/people/pages.farm/HelpPage.vue'), beforeEnter: more, meta: { title: 'farm.help.title' } },
      { path: 'helpers', name: 'farm-helpers', component: () => import('@/modules/people/pages.farm/HelpersPage.vue'), beforeEnter: more, meta: { title: 'farm.helpers.title' } },
      { path: 'settings', name: 'farm-settings', component: () => import('@/modules/people/pages.farm/SettingsPage.vue'), beforeEnter: more, meta: { title: 'farm.settings.title' } },
    ],
  },
  // The one page of this shell that is open to visitors: the link is the right.
  {
    path: '/join/:room/:slot',
    name: 'join',
    component: () => import('@/modules/live/pages.farm/GuestPage.vue'),
    beforeEnter: () => addWords(farmWords, farmLiveWords),
    meta: { title: 'farm.guest.joinTitle' },
  },
];
