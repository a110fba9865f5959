// Opening a stall: what the law asks of a seller, one question at a time.
import type { Schemas } from '@/platform/api/client';

export const steps = ['kind', 'name', 'where', 'contact', 'licence', 'check'] as const;
export type Step = (typeof steps)[number];

export interface Opening {
  kind: 'household' | 'cooperative';
  name: string;
  region: string;
  village: string;
  contact: string;
  address: string;
  exempt: 'self_produced' | 'small_services' | 'petty_trade' | 'licence';
  licence: string;
}

export const blank = (region: string): Opening => ({ kind: 'household', name: '', region, village: '', contact: '', address: '', exempt: 'self_produced', licence: '' });

export function answered(step: Step, o: Opening): boolean {
  switch (step) {
    case 'name':
      return o.name.trim().length >= 2;
    case 'where':
      return /^\d{6}(\d{3}){0,2}$/.test(o.region) && o.village.trim().length >= 2;
    case 'contact':
      return o.contact.trim().length >= 5 && o.address.trim().length >= 4;
    case 'licence':
      return o.exempt !== 'licence' || /^[0-9A-Z]{15,18}$/i.test(o.licence.trim());
    default:
      return true;
  }
}

export function bodyOf(o: Opening): Schemas['OrgBody'] {
  const own = o.exempt === 'licence';
  return {
    kind: o.kind, name: o.name.trim(), region: o.region, village: o.village.trim(), contact: o.contact.trim(), address: o.address.trim(),
    ...(own ? { licence: o.licence.trim().toUpperCase() } : { exemption: o.exempt as 'self_produced' }),
  };
}
