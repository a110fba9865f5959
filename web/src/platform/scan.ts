// Bar codes by the browser's own detector. Where there is none, the number is typed.

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorClass = { new (o: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };

const wanted = ['code_128', 'code_39', 'code_93', 'itf', 'ean_13', 'qr_code', 'codabar'];

export const canScan = () => 'BarcodeDetector' in window && !!navigator.mediaDevices?.getUserMedia;

/** A tracking number out of what a code says: carriers put it alone or in an address. */
export function trackingOf(raw: string): string {
  const text = raw.trim().toUpperCase();
  if (/^[A-Z0-9-]{5,40}$/.test(text)) return text;
  return /(?:^|[^A-Z0-9])([A-Z]{0,4}\d{8,20})(?:[^A-Z0-9]|$)/.exec(text)?.[1] ?? '';
}

/** Looks at a video until a code is seen; undefined when stopped. */
export async function scan(video: HTMLVideoElement, stopped: () => boolean): Promise<string | undefined> {
  const Class = (window as unknown as { BarcodeDetector: DetectorClass }).BarcodeDetector;
  const formats = (await Class.getSupportedFormats()).filter((f) => wanted.includes(f));
  const detector = new Class({ formats });
  while (!stopped()) {
    for (const code of await detector.detect(video).catch(() => [])) {
      const tracking = trackingOf(code.rawValue);
      if (tracking) return tracking;
    }
    await new Promise((r) => setTimeout(r, 200));
  }
  return undefined;
}
