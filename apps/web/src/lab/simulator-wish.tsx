import { useState } from 'react'
import type { Core } from '../page/create-core.ts'
import { NO_WISH, type SimulatorWish, withWish } from './directive.ts'
import { LabSelect } from './lab-select.tsx'

const OPTIONS = {
  tps: {
    '': '60 tokens/s',
    10: '10 tokens/s',
    300: '300 tokens/s',
    2000: '2,000 tokens/s',
    max: 'no limit',
  },
  tokens: { '': '300 to 700', 50: '50 tokens', 4000: '4,000 tokens', 64000: '64,000 tokens' },
  thinking: { '': 'by effort', 0: 'none', 500: '500 tokens', 4000: '4,000 tokens' },
  fault: {
    '': 'nothing',
    status: 'refuses: 529 overloaded',
    'status code=429 retry-after=5': 'refuses: 429 too many',
    hang: 'never answers',
    html: 'answers with a web page',
    json: 'answers all at once',
    empty: 'answers with nothing',
    'error@40': 'an error in mid-answer',
    'reset@40': 'connection reset in mid-answer',
    'drop@40': 'connection closed in mid-answer',
    'eof@40': 'ends early, as if all were well',
    'half@40': 'ends in the middle of an event',
    unterminated: 'the last event lacks its end',
    'badjson@40': 'broken JSON in mid-answer',
    'stall@40': 'falls silent',
    'stall-pings@40': 'only pings from then on',
    bytes: 'one byte at a time',
    'refusal@20': 'declines in mid-answer',
    'max_tokens@60': 'reaches its token limit',
    unknown: 'events of unknown types',
    reorder: 'text before thinking',
  },
} as const

const LABELS = {
  tps: 'Speed',
  tokens: 'Length',
  thinking: 'Thinking',
  fault: 'What goes wrong',
} as const

/** Asks the simulator for something, by putting it into the prompt that is being written. */
export function SimulatorWishes({
  core: { drafts },
  conversationId,
}: {
  core: Core
  conversationId: string
}) {
  const [wish, setWish] = useState<SimulatorWish>(NO_WISH)

  function choose(key: keyof SimulatorWish, value: string) {
    const next = { ...wish, [key]: value }
    setWish(next)
    drafts.change(conversationId, { prompt: withWish(drafts.of(conversationId).prompt, next) })
  }

  return (
    <div className="grid grid-cols-2 gap-2">
      {(['tps', 'tokens', 'thinking', 'fault'] as const).map((key) => (
        <LabSelect
          key={key}
          label={LABELS[key]}
          value={wish[key]}
          options={OPTIONS[key]}
          onChange={(value) => choose(key, value)}
        />
      ))}
    </div>
  )
}
