// What an identity number tells on the device, before anything is sent: whether
// its check character fits, and whether a guardian will be asked for.
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

export function goodNumber(text: string): boolean {
  const s = text.trim().toUpperCase();
  if (!/^\d{17}[\dX]$/.test(s)) return false;
  const sum = weights.reduce((n, w, i) => n + w * Number(s[i]), 0);
  return '10X98765432'[sum % 11] === s[17] && birthOf(s) !== undefined;
}

function birthOf(s: string): Date | undefined {
  const [y, m, d] = [Number(s.slice(6, 10)), Number(s.slice(10, 12)), Number(s.slice(12, 14))];
  const date = new Date(Date.UTC(y, m - 1, d));
  return y >= 1900 && date.getUTCMonth() === m - 1 && date.getUTCDate() === d ? date : undefined;
}

/** Whole years at a time; undefined when the number is not complete. */
export function ageOf(text: string, now: Date): number | undefined {
  const birth = goodNumber(text) ? birthOf(text.trim()) : undefined;
  if (!birth) return undefined;
  const age = now.getUTCFullYear() - birth.getUTCFullYear();
  const before = now.getUTCMonth() < birth.getUTCMonth() || (now.getUTCMonth() === birth.getUTCMonth() && now.getUTCDate() < birth.getUTCDate());
  return before ? age - 1 : age;
}
