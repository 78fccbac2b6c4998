import { CODE_SAMPLES } from './code-samples.ts'
import { between, dealer, pick, type Random, sample } from './random.ts'
import type { Subject } from './subjects.ts'

/** A subject whose facts are dealt one by one, so that neighbouring sections say different things. */
export interface Topic {
  subject: Subject
  lead: () => string
  fact: () => string
}

type Section = (random: Random, topic: Topic) => string

export function topicOf(random: Random, subject: Subject): Topic {
  return { subject, lead: dealer(random, subject.lead), fact: dealer(random, subject.facts) }
}

const OPENERS = [
  '',
  '',
  '',
  'In practice, ',
  'It helps to know this: ',
  'On a quiet day, ',
  'Seen from the bank, ',
]
const QUOTES = [
  'What is not hurried arrives whole.',
  'The level rises by itself; only the gate needs a hand.',
  'Measure first. The water has no opinion.',
  'Whoever opens both gates keeps neither boat.',
]
const GREETINGS = [
  'こんにちは、世界',
  '水は低きに流れる',
  '流水不腐',
  '안녕하세요',
  'Γειά σου',
  'Здравствуйте',
  'नमस्ते',
]
const EMOJI = ['🌊', '🚂', '🐝', '🍞', '🚀', '⏳', '👩‍🔬', '🧭', '🇳🇱', '🏳️‍🌈']
const LINKS = [
  ['a longer explanation', 'https://en.wikipedia.org/wiki/Lock_(water_navigation)'],
  ['the specification', 'https://html.spec.whatwg.org/multipage/server-sent-events.html'],
  ['the encoding', 'https://www.rfc-editor.org/rfc/rfc3629'],
] as const

/** Only words that no name starts with may lose their capital. */
const COMMON = /^(?:A|An|At|Every|In|Most|Only|Some|Small|The|What|When|Whoever)\b/

export function sentence(random: Random, fact: string): string {
  const opener = pick(random, OPENERS)
  return opener === '' || !COMMON.test(fact) ? fact : opener + fact.charAt(0).toLowerCase() + fact.slice(1)
}

const prose: Section = (random, { lead, fact }) =>
  `${lead()} ${sentence(random, fact())} ${sentence(random, fact())}`

const nestedList: Section = (random, { fact, subject }) => {
  const items = Array.from({ length: between(random, 2, 3) }, (_, index) => {
    const inner = sample(random, subject.steps, 2).map((step) => `  - ${step}`)
    return [`- **Point ${index + 1}.** ${fact()}`, ...inner].join('\n')
  })
  return `A few things are worth keeping apart:\n\n${items.join('\n')}`
}

const steps: Section = (random, { fact, subject }) => {
  const lines = subject.steps.map((step, index) => `${index + 1}. ${step}.`)
  lines.splice(between(random, 1, lines.length), 0, `   > ${fact()}`)
  return `In order:\n\n${lines.join('\n')}`
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

const table: Section = (
  _random,
  {
    subject: {
      table: { head, rows },
      noun,
    },
  },
) => {
  const rule = head.map((_cell, index) => (index === 0 ? ':---' : '---'))
  return `The words people use about ${noun}:\n\n${[head, rule, ...rows].map(tableLine).join('\n')}`
}

const measurements: Section = (random, { subject: { noun } }) => {
  const rows = Array.from({ length: between(random, 3, 5) }, (_, index) => {
    const wait = between(random, 2, 90)
    return `| ${index + 1} | ${wait} s | ${(wait * (1.2 + 2 * random())).toFixed(1)} s | ${pick(random, ['yes', 'no', '*nearly*'])} |`
  })
  return `An invented series of measurements about ${noun}:\n\n| Run | Median | Worst | Steady? |\n| ---: | ---: | ---: | :---: |\n${rows.join('\n')}`
}

const code: Section = (random) => {
  const { language, intro, code: source, outro } = pick(random, CODE_SAMPLES)
  const filled = source.replaceAll(/\bN(?=\b|0)/g, String(between(random, 2, 48)))
  return `${intro}\n\n\`\`\`${language}\n${filled}\n\`\`\`\n\n${outro}`
}

const quote: Section = (random, { fact }) =>
  `> ${pick(random, QUOTES)}\n>\n> — said somewhere along the towpath\n\n${fact()}`

const tasks: Section = (random, { subject }) => {
  const lines = sample(random, subject.steps, 4).map((step) => `- [${random() < 0.5 ? 'x' : ' '}] ${step}`)
  return `Where that leaves us:\n\n${lines.join('\n')}`
}

const scripts: Section = (random, { lead }) => {
  const words = sample(random, GREETINGS, 3).join(' · ')
  return `${sample(random, EMOJI, 3).join(' ')} ${lead()} Elsewhere one would say: ${words}.`
}

const footnote: Section = (random, { fact, subject }) => {
  const mark = `n${between(random, 1, 9999)}`
  return `${fact()}[^${mark}]\n\n[^${mark}]: ${subject.aside}`
}

const linked: Section = (random, { fact, subject: { title } }) => {
  const [text, href] = pick(random, LINKS)
  const label = `${title.toLowerCase()} ${between(random, 1, 999)}`
  const short = `https://example.com/?q=${encodeURIComponent(title)}`
  return `${fact()} There is [${text}][${label}], or a [shorter one](${short}), for whoever wants to know \`why\`.\n\n[${label}]: ${href} "${title}"`
}

const SECTIONS = [
  prose,
  prose,
  nestedList,
  steps,
  table,
  measurements,
  code,
  code,
  quote,
  tasks,
  scripts,
  footnote,
  linked,
] as const

/** Deals kinds of section: each call of the result is another kind than the one before. */
export function sectionDealer(random: Random): (topic: Topic) => string {
  const deal = dealer<Section>(random, SECTIONS)
  return (topic) => deal()(random, topic)
}
