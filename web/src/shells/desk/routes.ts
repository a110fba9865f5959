import type { RouteRecordRaw } from 'vue-router';
import { addWords } from '@/platform/i18n';
import { places, type Part } from './parts';
import { deskWords } from './words';

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may come in; others are told who can help. */
    parts?: Part[];
  }
}

const page = (name: string, path: string, title: string, component: RouteRecordRaw['component'], of = name): RouteRecordRaw =>
  ({ path, name, component, meta: { title, parts: places.find((p) => p.name === of)?.parts } }) as RouteRecordRaw;

/** Those who run the platform: tables and long days, a phone now and then. */
export const deskRoutes: RouteRecordRaw[] = [
  {
    path: '/desk',
    component: () => import('./DeskShell.vue'),
    beforeEnter: () => addWords(deskWords),
    meta: { signedIn: true },
    children: [
      page('desk', '', 'desk.home.title', () => import('@/modules/live/pages.desk/DeskHomePage.vue')),
      page('desk-reviews', 'reviews', 'desk.reviews.title', () => import('@/modules/people/pages.desk/ReviewsPage.vue')),
      page('desk-rooms', 'rooms', 'desk.rooms.title', () => import('@/modules/live/pages.desk/RoomsPage.vue')),
      page('desk-room', 'rooms/:id', 'desk.room.title', () => import('@/modules/live/pages.desk/RoomDeskPage.vue'), 'desk-rooms'),
      page('desk-lines', 'lines', 'desk.lines.title', () => import('@/modules/live/pages.desk/LinesPage.vue')),
      page('desk-payments', 'payments', 'desk.payments.title', () => import('@/modules/market/pages.desk/PaymentsPage.vue')),
      page('desk-orders', 'orders', 'desk.orders.title', () => import('@/modules/market/pages.desk/OrdersPage.vue')),
      page('desk-order', 'orders/:id', 'desk.order.title', () => import('@/modules/market/pages.desk/OrderDeskPage.vue'), 'desk-orders'),
      page('desk-orgs', 'orgs', 'desk.orgs.title', () => import('@/modules/people/pages.desk/OrgsPage.vue')),
      page('desk-org', 'orgs/:id', 'desk.org.title', () => import('@/modules/people/pages.desk/OrgPage.vue'), 'desk-orgs'),
      page('desk-accounts', 'accounts', 'desk.accounts.title', () => import('@/modules/people/pages.desk/AccountsPage.vue')),
      page('desk-account', 'accounts/:id', 'desk.account.title', () => import('@/modules/people/pages.desk/AccountPage.vue'), 'desk-accounts'),
      page('desk-staff', 'staff', 'desk.staff.title', () => import('@/modules/people/pages.desk/StaffPage.vue')),
      page('desk-audit', 'audit', 'desk.audit.title', () => import('@/modules/people/pages.desk/AuditPage.vue')),
      page('desk-health', 'health', 'desk.health.title', () => import('@/modules/platform/pages.desk/HealthPage.vue')),
    ],
  },
];
