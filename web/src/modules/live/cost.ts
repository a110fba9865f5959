// What a broadcast costs the farmer in data, before it starts (C29).

/** Megabytes an hour at a rate in kbit/s. */
export const megabytesAnHour = (kbps: number) => Math.round((kbps * 3600) / 8 / 1000);

/** The usual rate: 540x960 with sound. */
export const usualKbps = 600;

type Connection = { type?: string; effectiveType?: string };
/** Whose bytes they are, where the browser tells. */
export function netKind(): 'wifi' | 'mobile' | 'someNet' {
  const c = (navigator as Navigator & { connection?: Connection }).connection;
  if (c?.type === 'wifi' || c?.type === 'ethernet') return 'wifi';
  return c?.type === 'cellular' ? 'mobile' : 'someNet';
}
