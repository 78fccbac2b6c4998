import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface SampleAnswer {
  title: string
  /** In order. A part can end the answer: what introduces or defines something is in one part with it. */
  parts: readonly string[]
  /** Those of its plain paragraphs. */
  sentences: readonly string[]
}

const FENCE_OR_BLOCK = /^```.*\n(?:.*\n)*?```$|(?:.+(?:\n|$))+/gm
const DEFINITION = /^\[[^\]]+\]: /
const PROSE = /^[\p{L}“_*][^[\n]*$/u
const SENTENCE_END = /(?<=[.!?]”?)\s+(?=\p{Lu})/u

/**
 * Reads the markdown files in `answers`, by name. They are found through the package itself, which is where they
 * are also when this module was bundled into another one's `dist`.
 */
export function readSampleAnswers(): SampleAnswer[] {
  const root = dirname(createRequire(import.meta.url).resolve('@sluice/claude-sim/package.json'))
  const folder = join(root, 'answers')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => parseSampleAnswer(readFileSync(join(folder, name), 'utf8')))
}

/** The first line is the title; git may have given the file `\r\n`. */
export function parseSampleAnswer(file: string): SampleAnswer {
  const [title = '', ...blocks] = Array.from(
    file.replaceAll('\r\n', '\n').matchAll(FENCE_OR_BLOCK),
    ([block]) => block.trimEnd(),
  )
  const parts = inParts(blocks)
  return { title: title.replace(/^# /, ''), parts, sentences: parts.flatMap(sentencesIn) }
}

function inParts(blocks: readonly string[]): string[] {
  const parts: string[] = []
  let introduces = false
  for (const block of blocks) {
    const belongs = introduces || DEFINITION.test(block) || block.startsWith(' ')
    if (belongs) parts.push(`${parts.pop() ?? ''}\n\n${block}`)
    else parts.push(block)
    introduces = block.endsWith(':') || /^(?:#+ .*|\*\*[^*]+\*\*)$/.test(block)
  }
  return parts
}

export function sentencesIn(part: string): string[] {
  return PROSE.test(part) ? part.split(SENTENCE_END).filter(canStandAlone) : []
}

/** A closing quote, bracket or mark may follow, and an emoji. */
export function endsSentence(text: string): boolean {
  return /[.!?…][”)*_]*(?: \p{Extended_Pictographic}\uFE0F?)?$/u.test(text)
}

function canStandAlone(sentence: string): boolean {
  const count = (mark: string) => sentence.split(mark).length - 1
  const closed = ['_', '**', '`'].every((mark) => count(mark) % 2 === 0) && count('“') === count('”')
  return closed && endsSentence(sentence)
}
