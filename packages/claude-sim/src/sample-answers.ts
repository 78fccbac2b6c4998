import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface SampleAnswer {
  title: string
  /** In order. An answer may end after any of them: what introduces something is in one part with it. */
  parts: readonly string[]
  /** The sentences of its plain paragraphs. */
  sentences: readonly string[]
}

/** Everything the simulator has to say. */
export interface Samples {
  answers: readonly SampleAnswer[]
  thinking: readonly string[]
  lorem: readonly string[]
  emoji: readonly string[]
}

const FENCE_OR_BLOCK = /^```.*\n(?:.*\n)*?```$|(?:.+(?:\n|$))+/gm
const DEFINITION = /^\[[^\]]+\]: /
/** A paragraph of one line, without links and footnotes. */
const PROSE = /^[\p{L}“_*`][^[\n]*[.!?]$/u
const SENTENCE_END = /(?<=[.!?])\s+(?=[\p{Lu}“])/u

/** Reads `answers/*.md`, by name, and the sentences of `answers/sentences/*.txt`, one a line. */
export function readSamples(): Samples {
  // Found through the package, because this module may have been bundled into another one's `dist`.
  const root = dirname(createRequire(import.meta.url).resolve('@sluice/claude-sim/package.json'))
  const read = (...path: string[]) =>
    readFileSync(join(root, 'answers', ...path), 'utf8').replaceAll('\r\n', '\n')
  const linesOf = (name: string) => read('sentences', name).trim().split('\n')
  return {
    answers: readdirSync(join(root, 'answers'))
      .filter((name) => name.endsWith('.md'))
      .toSorted()
      .map((name) => parseSampleAnswer(read(name))),
    thinking: linesOf('thinking.txt'),
    lorem: linesOf('lorem.txt'),
    emoji: linesOf('emoji.txt'),
  }
}

/** The first line is the title. */
export function parseSampleAnswer(file: string): SampleAnswer {
  const [title = '', ...blocks] = Array.from(file.matchAll(FENCE_OR_BLOCK), ([block]) => block.trimEnd())
  const parts = joinedParts(blocks)
  return { title: title.replace(/^# /, ''), parts, sentences: parts.flatMap(sentencesIn) }
}

function joinedParts(blocks: readonly string[]): string[] {
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
  return PROSE.test(part) ? part.split(SENTENCE_END) : []
}
