// Who finds what on the desk. The server decides each act; this only keeps
// from showing people doors that are closed to them.
import { computed } from 'vue';
import type { IconName } from '@/kit/icons';
import { me } from '@/platform/session';

export type Part = 'platform_admin' | 'reviewer' | 'regulator' | 'mediator' | 'trainer' | 'policy_officer';

const all: Part[] = ['platform_admin', 'reviewer', 'regulator', 'mediator', 'trainer', 'policy_officer'];

export interface Place {
  name: string;
  icon: IconName;
  parts: Part[];
  /** Keys of the figures of the summary that wait there. */
  waits?: ('reviews' | 'linesHeld' | 'linesReported' | 'payments' | 'workFailed' | 'roomsFrozen')[];
}

export const places: Place[] = [
  { name: 'desk', icon: 'home', parts: all },
  { name: 'desk-reviews', icon: 'shield', parts: ['platform_admin', 'reviewer'], waits: ['reviews'] },
  { name: 'desk-rooms', icon: 'camera', parts: ['platform_admin', 'reviewer', 'regulator'], waits: ['roomsFrozen'] },
  { name: 'desk-lines', icon: 'danmaku', parts: ['platform_admin', 'reviewer', 'regulator'], waits: ['linesHeld', 'linesReported'] },
  { name: 'desk-payments', icon: 'yuan', parts: ['platform_admin', 'mediator', 'regulator'], waits: ['payments'] },
  { name: 'desk-orders', icon: 'bag', parts: ['platform_admin', 'mediator', 'regulator'] },
  { name: 'desk-orgs', icon: 'people', parts: all },
  { name: 'desk-accounts', icon: 'user', parts: ['platform_admin'] },
  { name: 'desk-staff', icon: 'key', parts: ['platform_admin'] },
  { name: 'desk-audit', icon: 'list', parts: ['platform_admin', 'regulator'] },
  { name: 'desk-health', icon: 'gear', parts: ['platform_admin'], waits: ['workFailed'] },
];

/** The parts the person plays on the platform. */
export const myParts = computed(() => [...new Set(me.value?.roles.filter((r) => !r.org).map((r) => r.name as Part) ?? [])]);
export const plays = (parts: Part[] | undefined) => !parts || parts.some((p) => myParts.value.includes(p));
export const myPlaces = computed(() => places.filter((p) => plays(p.parts)));
