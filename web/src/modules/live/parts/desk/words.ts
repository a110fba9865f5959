/** Words as people type lists: by lines, commas of both kinds, or 、; each once. */
export const wordsOf = (text: string) => [...new Set(text.split(/[\n,，、;；]/).map((w) => w.trim()).filter(Boolean))];
