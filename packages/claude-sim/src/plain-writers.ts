import { fits, type Writer } from './cut-deltas.ts'
import { between, dealer, pick, type Random } from './random.ts'

const LOREM =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat'.split(
    ' ',
  )

// Whatever a careless cut would break: pairs, joined families, flags, skin tones, combining marks, wide and
// right-to-left scripts, and characters that JSON and SSE treat specially.
const HARD =
  '😀 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇳🇱 𠮷野家 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 日本語 e\u0301te\u0301 שלום مرحبا "quoted" back\\slash \u2028 a\tb 🧑🏿‍🚀'.split(
    ' ',
  )

const THOUGHTS = [
  'The question is short, so the answer should start with what matters most.',
  'Let me look at what has been said so far before I add to it.',
  'A table may be clearer than a paragraph here.',
  'I should give an example, and keep it small enough to read at a glance.',
  'There are two ways to look at this, and the practical one comes first.',
  'I want to check the order of the steps once more.',
  'One more thing could be said, but it would distract.',
  'Is that still true in the general case?',
  'It is, as long as the input is not empty.',
  'A comparison with something familiar would help.',
  'Let me put the numbers side by side.',
  'That is enough to answer.',
]

export function loremWriter(random: Random): Writer {
  return wordsWriter(random, LOREM)
}

/** Hardly a character that fits one UTF-16 unit. */
export function emojiWriter(random: Random): Writer {
  return wordsWriter(random, HARD)
}

export function thinkingWriter(random: Random): Writer {
  return sentencesWriter(random, THOUGHTS)
}

/** Sentences in random order, for as long as one of them fits. */
function sentencesWriter(random: Random, sentences: readonly string[]): Writer {
  const deal = dealer(random, sentences)
  let separator = ''
  return (room) => {
    let sentence = deal()
    for (let others = sentences.length - 1; others > 0 && !fits(sentence, room); others -= 1)
      sentence = deal()
    if (!fits(sentence, room)) {
      if (separator !== '') return ''
      sentence = 'Yes.'
    }
    const written = separator + sentence
    separator = random() < 0.15 ? '\n\n' : ' '
    return written
  }
}

/** Sentences of these words in random order. The last one is as long as there is room. */
function wordsWriter(random: Random, words: readonly string[]): Writer {
  let separator = ''
  return (room) => {
    let sentence = pick(random, words)
    if (!fits(sentence, room) && separator !== '') return ''
    for (let more = between(random, 5, 15); more > 0; more -= 1) {
      const longer = `${sentence} ${pick(random, words)}`
      if (!fits(longer, room)) break
      sentence = longer
    }
    const written = `${separator}${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
    separator = random() < 0.2 ? '\n\n' : ' '
    return written
  }
}
