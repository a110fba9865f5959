/** Yuan as typed ("29.8", "¥29", "29，80" is not) in fen; undefined when it is no amount. */
export function readYuan(text: string): number | undefined {
  const m = /^¥?\s*(\d{1,6})(?:[.。](\d{1,2}))?\s*(?:元|块)?$/.exec(text.trim());
  return m ? Number(m[1]) * 100 + Number((m[2] ?? '').padEnd(2, '0')) : undefined;
}
