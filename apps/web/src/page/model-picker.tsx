import { type ComponentProps, useSyncExternalStore } from 'react'
import { EFFORTS, type Settings } from '../chat/settings.ts'
import type { Models } from '../model-list.ts'

const EFFORT_LABELS = { low: 'Low', medium: 'Medium', high: 'High', xhigh: 'Very high', max: 'Maximum' }

/** Whom to ask, and how hard to think. The browser's own selects: made for every thumb, key and screen reader. */
export function ModelPicker({ models, settings }: { models: Models | undefined; settings: Settings }) {
  const { model, effort } = useSyncExternalStore(settings.subscribe, settings.getSnapshot)
  if (!models) return null
  const known = models.models
  const chosen = model ?? models.defaultModel

  return (
    <>
      <Select
        aria-label="Model"
        data-testid="model"
        value={chosen}
        onChange={({ target }) =>
          // The default is what the server says it is, also after it changes its mind.
          settings.change({ model: target.value === models.defaultModel ? undefined : target.value })
        }
      >
        {!known.some(({ id }) => id === chosen) && <option value={chosen}>{chosen}</option>}
        {known.map(({ id, name, usdPerMTok }) => (
          <option
            key={id}
            value={id}
            title={usdPerMTok && `$${usdPerMTok.input} in, $${usdPerMTok.output} out per million tokens`}
          >
            {name}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Effort"
        data-testid="effort"
        value={effort ?? ''}
        onChange={({ target }) =>
          settings.change({ effort: EFFORTS.find((level) => level === target.value) })
        }
      >
        <option value="">Effort: default</option>
        {EFFORTS.map((level) => (
          <option key={level} value={level}>
            Effort: {EFFORT_LABELS[level].toLowerCase()}
          </option>
        ))}
      </Select>
    </>
  )
}

function Select(props: ComponentProps<'select'>) {
  return (
    <select
      className="h-8 min-w-0 shrink rounded-lg bg-raised px-1 text-[0.8125rem] text-quiet text-ellipsis hover:bg-sunk hover:text-ink"
      {...props}
    />
  )
}
