// The audit log in words.
import type { RouteLocationRaw } from 'vue-router';
import { has, t } from '@/platform/i18n';

/** room.freeze → 暂停直播间; an act without words of its own shows its name. */
export const actWords = (action: string) => (has(`desk.audit.do.${action.replaceAll('.', '_').replaceAll('-', '_')}`) ? t(`desk.audit.do.${action.replaceAll('.', '_').replaceAll('-', '_')}`) : action);

/** What was sent along: plain words as they are, a request's body part by part. */
export function detailWords(detail: string): string {
  if (!detail.startsWith('{')) return detail;
  try {
    return Object.entries(JSON.parse(detail) as Record<string, unknown>)
      .filter(([, v]) => v !== '' && v !== null)
      .map(([k, v]) => `${has(`desk.audit.part.${k}`) ? t(`desk.audit.part.${k}`) : k}: ${value(v)}`)
      .join(t('desk.semicolon'));
  } catch {
    return detail; // cut off in the middle because it was long
  }
}

function value(v: unknown): string {
  if (v === true) return t('desk.yes');
  if (v === false) return t('desk.no');
  return Array.isArray(v) ? v.join(t('desk.comma')) : typeof v === 'object' ? JSON.stringify(v) : String(v);
}

/** Where the thing acted on is shown, if the desk has a page for it. */
export function placeOf(subject: string, admin: boolean): RouteLocationRaw | undefined {
  const id = subject.split(' ')[0]!;
  if (id.startsWith('room_')) return { name: 'desk-room', params: { id } };
  if (id.startsWith('ord_')) return { name: 'desk-order', params: { id } };
  if (id.startsWith('org_')) return { name: 'desk-org', params: { id } };
  if (id.startsWith('acc_') && admin) return { name: 'desk-account', params: { id } };
  return undefined;
}
