import { useStore } from 'zustand'
import type { Drafts } from '../chat/draft.ts'
import { settingsIn, withSettings } from './directive.ts'
import { LabSelect } from './lab-select.tsx'

/** What can be asked of the simulator. Each option is named by what it puts into the directive. */
const SELECTS = [
  {
    label: 'Speed',
    keys: ['tps'],
    options: {
      '': '60 tokens/s',
      'tps=10': '10 tokens/s',
      'tps=300': '300 tokens/s',
      'tps=2000': '2,000 tokens/s',
      'tps=max': 'no limit',
    },
  },
  {
    label: 'Length',
    keys: ['tokens'],
    options: {
      '': 'a whole sample',
      'tokens=50': '50 tokens',
      'tokens=4000': '4,000 tokens',
      'tokens=64000': '64,000 tokens',
    },
  },
  {
    label: 'Thinking',
    keys: ['thinking'],
    options: {
      '': 'by effort',
      'thinking=0': 'none',
      'thinking=500': '500 tokens',
      'thinking=4000': '4,000 tokens',
    },
  },
  {
    label: 'What goes wrong',
    keys: ['fault', 'code', 'retry-after', 'error-type', 'times'],
    options: {
      '': 'nothing',
      'fault=status': 'refuses: 529 overloaded',
      'fault=status code=429 retry-after=5': 'refuses: 429 too many',
      'fault=hang': 'never answers',
      'fault=html': 'answers with a web page',
      'fault=error@40': 'an error in mid-answer',
      'fault=reset@40': 'connection reset in mid-answer',
      'fault=drop@40': 'connection closed in mid-answer',
      'fault=eof@40': 'ends early, as if all were well',
      'fault=badjson@40': 'broken JSON in mid-answer',
      'fault=stall@40': 'falls silent',
      'fault=refusal@20': 'declines in mid-answer',
      'fault=max_tokens@60': 'reaches its token limit',
    },
  },
]

/** Shows the directive in the prompt that is being written, and changes it. The prompt is the only place it is kept. */
export function DirectiveSelects({ drafts, draftId }: { drafts: Drafts; draftId: string }) {
  const { prompt } = useStore(drafts, () => drafts.of(draftId))

  return (
    <div className="grid grid-cols-2 gap-2">
      {SELECTS.map(({ label, keys, options }) => (
        <LabSelect
          key={label}
          label={label}
          value={settingsIn(prompt, keys)}
          options={options}
          onChange={(settings) => drafts.change(draftId, { prompt: withSettings(prompt, keys, settings) })}
        />
      ))}
    </div>
  )
}
