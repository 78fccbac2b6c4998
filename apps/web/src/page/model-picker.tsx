import type { ComponentProps } from 'react'
import { useStore } from 'zustand'
import type { Models } from '../api.ts'
import { EFFORTS, type Settings } from '../chat/settings.ts'

const EFFORT_LABELS = { low: 'Low', medium: 'Medium', high: 'High', xhigh: 'Very high', max: 'Maximum' }

/** The model and its effort, in native selects, which work with every finger, key and screen reader. */
export function ModelPicker({ models, settings }: { models: Models | undefined; settings: Settings }) {
  const { model, effort } = useStore(settings)
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
          settings.setState({ model: target.value === models.defaultModel ? undefined : target.value })
        }
      >
        {!known.some(({ id }) => id === chosen) && <option value={chosen}>{chosen}</option>}
        {known.map(({ id, name }) => (
          <option key={id} value={id}>
            {/* That it is Claude, the page says already. */}
            {name.replace(/^Claude /, '')}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Effort"
        data-testid="effort"
        value={effort ?? ''}
        onChange={({ target }) =>
          settings.setState({ effort: EFFORTS.find((level) => level === target.value) })
        }
      >
        <option value="">Default effort</option>
        {EFFORTS.map((level) => (
          <option key={level} value={level}>
            {EFFORT_LABELS[level]} effort
          </option>
        ))}
      </Select>
    </>
  )
}

function Select(props: ComponentProps<'select'>) {
  return (
    <select
      className="field-sizing-content h-8 min-w-0 shrink rounded-lg bg-raised px-1 text-[0.8125rem] text-quiet text-ellipsis hover:bg-sunk hover:text-ink"
      {...props}
    />
  )
}
