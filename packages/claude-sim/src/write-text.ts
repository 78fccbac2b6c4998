import { between, type Random, shuffled } from './random.ts'
import { type SampleAnswer, sentencesIn } from './sample-answers.ts'

/** The last paragraph has at least this many characters, so that a sentence fits into it. */
const LAST_PARAGRAPH = 60

/**
 * Markdown of about `chars` characters that ends with a sentence. After the first answer it goes on with others,
 * each under its title; what is left at the end is filled with sentences.
 */
export function writeMarkdown(
  random: Random,
  chars: number,
  { first, answers }: { first: SampleAnswer; answers: readonly SampleAnswer[] },
): string {
  const written: string[] = []
  let room = chars
  let chapter = 1
  let rest = [...first.parts]
  let upcoming: SampleAnswer[] = []
  while ((rest[0] ?? '').length + LAST_PARAGRAPH <= room) {
    const part = rest.shift() ?? ''
    written.push(part)
    room -= part.length + 2
    if (rest.length > 0) continue
    if (upcoming.length === 0) upcoming = shuffled(random, answers)
    chapter += 1
    rest = chapterOf(upcoming.pop() ?? first, chapter)
  }
  const others = shuffled(random, answers).flatMap(({ sentences }) => sentences)
  const last = paragraphOf([...rest.flatMap(sentencesIn), ...others], room)
  return [...written, last].filter((part) => part !== '').join('\n\n')
}

function chapterOf({ title, parts }: SampleAnswer, number: number): string[] {
  const [opening = '', ...others] = parts
  return [`## ${number}. ${title}\n\n${opening}`, ...others]
}

/** Paragraphs of these sentences in random order, of about `chars` characters. */
export function writeSentences(random: Random, chars: number, sentences: readonly string[]): string {
  const paragraphs: string[] = []
  for (let room = chars; paragraphs.length === 0 || room >= LAST_PARAGRAPH;) {
    const paragraph = paragraphOf(shuffled(random, sentences), Math.min(room, between(random, 200, 600)))
    paragraphs.push(paragraph)
    room -= paragraph.length + 2
  }
  return paragraphs.join('\n\n')
}

/** The sentences that fit, or a shorter one. */
function paragraphOf(sentences: Iterable<string>, room: number): string {
  let text = ''
  for (const sentence of new Set(sentences)) {
    const longer = text === '' ? sentence : `${text} ${sentence}`
    if (longer.length <= room) text = longer
  }
  return text === '' && room > 0 ? 'Yes.' : text
}
