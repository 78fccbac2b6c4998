import { CHARS_PER_TOKEN, type Writer } from './cut-deltas.ts'
import { between, dealer, pick, type Random } from './random.ts'
import { sectionDealer, sentence, topicOf } from './sections.ts'
import { type Subject, SUBJECTS } from './subjects.ts'

const HEADINGS = [
  'How it works',
  'In detail',
  'What to watch',
  'A closer look',
  'By example',
  'The other side',
]
const RETURNS = ['once more', 'from another side', 'continued', 'revisited']
const EXCUSES = [
  'I do not know the answer, but I can say something about *SUBJECT* at a convincing pace.',
  'Claude would answer that; I will tell you about *SUBJECT* instead.',
  'That deserves a real answer. Until then, here is what I know about *SUBJECT*.',
]
const THOUGHTS = [
  'The question is short, so the answer should start with what matters most.',
  'Let me see what has been said so far before I add to it.',
  'A table may be clearer than a paragraph here.',
  'I should give an example, and keep it small enough to read at a glance.',
  'There are two ways to look at this; the practical one comes first.',
  'I had better check the order of the steps: the gate comes after the level.',
  'One more thing could be said, but it would distract.',
]
/** Room for a closing paragraph, where no further section fits. */
const ENDING_TOKENS = 30

/** Endless, varied markdown. `questions` are the user's turns, oldest first; the last one is answered. */
export function markdownWriter(random: Random, questions: readonly string[]): Writer {
  const section = sectionDealer(random)
  const seen = new Set<Subject>()
  let topic = topicOf(random, pick(random, SUBJECTS))
  let sectionsLeft = 0
  let introduced = false

  return (room) => {
    if (!introduced) {
      introduced = true
      return introduction(random, questions, topic.subject)
    }
    const opens = sectionsLeft === 0
    const next = opens && seen.size > 0 ? topicOf(random, another(random, topic.subject)) : topic
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const start = opens ? partHeading(random, next.subject, seen) : heading(random)
      const piece = `${start}${section(next)}\n\n`
      if (piece.length / CHARS_PER_TOKEN + ENDING_TOKENS > room) continue
      topic = next
      seen.add(next.subject)
      sectionsLeft = opens ? between(random, 2, 4) : sectionsLeft - 1
      return piece
    }
    return `${sentence(random, topic.fact())} `
  }
}

export function thinkingWriter(random: Random): Writer {
  const thought = dealer(random, THOUGHTS)
  return () => `${thought()}${random() < 0.15 ? '\n\n' : ' '}`
}

function introduction(random: Random, questions: readonly string[], { noun }: Subject): string {
  const excuse = pick(random, EXCUSES).replace('SUBJECT', noun)
  const before = questions.at(-2)
  const history =
    before === undefined
      ? ''
      : ` You have asked ${questions.length} questions so far; the one before was ${quoted(before)}`
  return `I am Sluice’s simulator; set \`ANTHROPIC_API_KEY\` to talk to Claude. You asked: ${quoted(questions.at(-1) ?? '')}${history} ${excuse}\n\n`
}

/** One line of it, without what markdown would act on. */
function quoted(text: string): string {
  const line = text.replaceAll(/[\\`*_~[\]<>|#!$\s]+/g, ' ').trim()
  const start = Array.from(line).slice(0, 80).join('')
  const mark = start.length < line.length ? '…' : /[.?!…]$/.test(start) ? '' : '.'
  return `“${start}${mark}”`
}

function partHeading(random: Random, subject: Subject, seen: ReadonlySet<Subject>): string {
  return `## ${subject.title}${seen.has(subject) ? `, ${pick(random, RETURNS)}` : ''}\n\n`
}

function heading(random: Random): string {
  return random() < 0.4 ? `### ${pick(random, HEADINGS)}\n\n` : ''
}

function another(random: Random, subject: Subject): Subject {
  return pick(
    random,
    SUBJECTS.filter((candidate) => candidate !== subject),
  )
}
