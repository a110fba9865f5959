// Small things this device remembers; where storage is off they last as long
// as the page.
const memory = new Map<string, string>();

export function kept(key: string): string | undefined {
  try {
    return localStorage.getItem('tianbo.' + key) ?? memory.get(key);
  } catch {
    return memory.get(key);
  }
}

export function keep(key: string, value: string) {
  memory.set(key, value);
  try {
    localStorage.setItem('tianbo.' + key, value);
  } catch {
    // Full or switched off: the memory of the page must do.
  }
}

export function forget(key: string) {
  memory.delete(key);
  try {
    localStorage.removeItem('tianbo.' + key);
  } catch {
    // Nothing was kept then.
  }
}
