/** A time of day some days from now, in Shanghai, whatever the phone's own zone. */
export function shanghai(now: Date, days: number, time: string): Date {
  const [h = 0, m = 0] = time.split(':').map(Number);
  const zone = 8 * 3600_000;
  const midnight = Math.floor((now.getTime() + zone) / 86_400_000) * 86_400_000 - zone;
  return new Date(midnight + days * 86_400_000 + (h * 60 + m) * 60_000);
}

/** Seconds as 1:02:03 typed by people, or plain seconds; undefined when neither. */
export function readClock(text: string): number | undefined {
  const parts = text.trim().split(/[:：]/);
  if (parts.length > 3 || !parts.every((p) => /^\d{1,5}$/.test(p))) return undefined;
  return parts.reduce((n, p) => n * 60 + Number(p), 0);
}
