// Says something aloud while on air: a chime, then the recorded words. The
// words are on the screen as well; sound is a help, never the message.
import { lang } from '@/platform/prefs';
import type { Phrase } from '@/platform/voice/speak';

let audio: AudioContext | undefined;

function chime() {
  try {
    audio ??= new AudioContext();
    const begin = audio.currentTime;
    for (const [at, pitch] of [[0, 880], [0.14, 1175]] as const) {
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.0001, begin + at);
      loud.gain.exponentialRampToValueAtTime(0.25, begin + at + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, begin + at + 0.35);
      tone.connect(loud).connect(audio.destination);
      tone.start(begin + at);
      tone.stop(begin + at + 0.4);
    }
  } catch {
    // No sound on this device.
  }
}

/** Orders chime; the state of the line is only said. */
export function tell(phrase: Phrase) {
  if (phrase === 'live.order') chime();
  void import('@/platform/voice/speak').then((s) => s.play([phrase], lang.value)).catch(() => undefined); // the screen says it
}
