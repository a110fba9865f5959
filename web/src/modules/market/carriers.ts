// Carriers that collect in villages, and which one a number looks like.
export const carriers = ['中国邮政', '顺丰', '中通', '圆通', '申通', '韵达', '极兔', '京东'];

const marks: [RegExp, string][] = [
  [/^SF\d/, '顺丰'],
  [/^YT\d/, '圆通'],
  [/^JD/, '京东'],
  [/^JT\d/, '极兔'],
  [/^(ZT|7[3-9])\d{10,}/, '中通'],
  [/^(4[36]|3[12])\d{11}$/, '韵达'],
  [/^77[1-3]\d{12}$/, '申通'],
  [/^[A-Z]{2}\d{9}CN$/, '中国邮政'],
];

/** The carrier a number belongs to, empty when it does not tell. */
export const guess = (number: string) => marks.find(([m]) => m.test(number.trim().toUpperCase()))?.[1] ?? '';
