// Sharing by the phone's own sheet; where there is none the address is copied.
export type Shared = 'shared' | 'copied' | 'failed' | 'stopped';

export async function share(title: string, path: string): Promise<Shared> {
  const url = new URL(path, location.origin).href;
  if (navigator.share) {
    try {
      await navigator.share({ title, url });
      return 'shared';
    } catch (error) {
      if ((error as DOMException).name === 'AbortError') return 'stopped';
    }
  }
  return (await copy(url)) ? 'copied' : 'failed';
}

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without a secure page there is no clipboard; the old way still works.
    const box = document.createElement('textarea');
    box.value = text;
    box.setAttribute('readonly', '');
    box.style.cssText = 'position:fixed;opacity:0';
    (document.querySelector('dialog[open]') ?? document.body).append(box);
    box.select();
    const ok = document.execCommand('copy');
    box.remove();
    return ok;
  }
}
