/** The entities that occur in prose. Others are shown as written. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  asymp: '≈',
  bull: '•',
  cent: '¢',
  copy: '©',
  deg: '°',
  divide: '÷',
  ensp: '\u2002',
  euro: '€',
  ge: '≥',
  gt: '>',
  harr: '↔',
  hellip: '…',
  infin: '∞',
  laquo: '«',
  larr: '←',
  ldquo: '“',
  le: '≤',
  lsquo: '‘',
  lt: '<',
  mdash: '—',
  micro: 'µ',
  middot: '·',
  minus: '−',
  nbsp: '\u00a0',
  ndash: '–',
  ne: '≠',
  para: '¶',
  plusmn: '±',
  pound: '£',
  quot: '"',
  raquo: '»',
  rarr: '→',
  rdquo: '”',
  reg: '®',
  rsquo: '’',
  sect: '§',
  shy: '\u00ad',
  thinsp: '\u2009',
  times: '×',
  trade: '™',
  yen: '¥',
}

/** Decodes named entities such as `&lt;`. The lexer decodes numeric ones. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(\w{2,8});/g, (whole, name: string) =>
    Object.hasOwn(NAMED, name) ? (NAMED[name] ?? whole) : whole,
  )
}
