import type { Writer } from './cut-deltas.ts'
import { between, pick, type Random } from './random.ts'

const LOREM =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat'.split(
    ' ',
  )

// Whatever a careless cut would break: pairs, joined families, flags, skin tones, combining marks, wide and
// right-to-left scripts, and characters that JSON and SSE treat specially.
const HARD = [
  '😀',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  '👍🏽',
  '🇳🇱',
  '𠮷野家',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢',
  '日本語',
  'e\u0301te\u0301',
  'שלום',
  'مرحبا',
  '"quoted"',
  'back\\slash',
  '\u2028',
  'a\tb',
  '🧑🏿‍🚀',
] as const

export function loremWriter(random: Random): Writer {
  return () => `${sentenceOf(random, LOREM)}${random() < 0.2 ? '\n\n' : ' '}`
}

/** Hardly a character that fits one UTF-16 unit. */
export function emojiWriter(random: Random): Writer {
  return () => `${sentenceOf(random, HARD)}${random() < 0.2 ? '\n\n' : ' '}`
}

function sentenceOf(random: Random, words: readonly string[]): string {
  const sentence = Array.from({ length: between(random, 6, 16) }, () => pick(random, words)).join(' ')
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
}
