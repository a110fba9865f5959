// Records the phrases behind 听一听: one small mono MP3 a phrase and language.
// Needs espeak-ng and ffmpeg. Clips that are there are kept unless their words
// have changed; --all records everything anew.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dir = join(dirname(fileURLToPath(import.meta.url)), '../src/platform/voice');
const phrases = JSON.parse(readFileSync(join(dir, 'phrases.json'), 'utf8'));
const voices = { 'zh-CN': ['cmn', 215, 38], en: ['en-gb', 168, 45] };
const marks = join(dir, 'clips/marks.json'); // what each clip says, as a hash
const known = existsSync(marks) ? JSON.parse(readFileSync(marks, 'utf8')) : {};
const all = process.argv.includes('--all');
const work = mkdtempSync(join(tmpdir(), 'voice-'));
const wanted = new Set();
let bytes = 0;

for (const [lang, [voice, speed, pitch]] of Object.entries(voices)) {
  mkdirSync(join(dir, 'clips', lang), { recursive: true });
  for (const [key, words] of Object.entries(phrases)) {
    const text = words[lang];
    if (!text) continue;
    const name = `${lang}/${key}.mp3`;
    const path = join(dir, 'clips', name);
    const mark = createHash('sha256').update([voice, speed, pitch, text].join('|')).digest('hex').slice(0, 16);
    wanted.add(name);
    if (all || known[name] !== mark || !existsSync(path)) {
      const wav = join(work, 'say.wav');
      execFileSync('espeak-ng', ['-v', voice, '-s', String(speed), '-p', String(pitch), '-g', '1', '-w', wav, text]);
      // Silence off both ends, an even loudness, the band that a phone's speaker has.
      const shape = 'silenceremove=start_periods=1:start_threshold=-50dB,areverse,silenceremove=start_periods=1:start_threshold=-50dB,areverse,highpass=f=120,loudnorm=I=-16:TP=-2,apad=pad_dur=0.06';
      execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', wav, '-af', shape, '-ac', '1', '-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '16k', '-map_metadata', '-1', '-id3v2_version', '0', '-write_xing', '0', path]);
      known[name] = mark;
    }
    bytes += statSync(path).size;
  }
  for (const file of readdirSync(join(dir, 'clips', lang))) {
    if (!wanted.has(`${lang}/${file}`)) rmSync(join(dir, 'clips', lang, file));
  }
}
for (const name of Object.keys(known)) if (!wanted.has(name)) delete known[name];
writeFileSync(marks, JSON.stringify(known, Object.keys(known).sort(), 1) + '\n');
rmSync(work, { recursive: true });
console.log(`${wanted.size} clips, ${(bytes / 1024).toFixed(0)} KB`);
